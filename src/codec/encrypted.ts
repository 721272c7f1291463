import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Codec, jsonCodec } from "./json.js";
import { knownOptions } from "../internal/validation.js";
import { markStale } from "./reencode.js";

export interface EncryptionKey {
  /** Stored beside each payload: 1 to 64 letters, digits, `_`, `.` or `-`. Never give it to another key. */
  id: string;
  /** 32 bytes, or their base64 or base64url text: `crypto.randomBytes(32)`. */
  key: Uint8Array | string;
}

export interface EncryptedOptions {
  /**
   * The first key writes, all of them read. Put a new one last on every server, then in front on every
   * server; drop an old one when the sessions that it wrote are gone or written anew.
   */
  keys: EncryptionKey[];
  /** Whether sessions that are stored in plain text are read, as on a live store that had no encryption. @default true */
  acceptPlain?: boolean;
  /** What is encrypted. @default jsonCodec */
  codec?: Codec;
}

const ALGORITHM = "aes-256-gcm";
const MARK = "enc1";
const KEY_BYTES = 32;
const IV_BYTES = 12; // NIST SP 800-38D, section 8.2.2: a random IV; change the key before 2^32 writes
const TAG_BYTES = 16;

/**
 * A codec that encrypts what another one writes, with AES-256-GCM. A payload is bound to its session's
 * id, and cannot be moved to another. A wrong or missing key and any changed bit are a miss, with the
 * event `payload-undecodable`. A session in plain text or under an old key is encrypted with the first one at
 * its next write; the adapters write it at its next save or touch, also when nothing in it has changed.
 * @throws TypeError naming the option that is not valid.
 */
export function encrypted(options: EncryptedOptions): Codec {
  knownOptions("encrypted", options, ["keys", "acceptPlain", "codec"]);
  const { acceptPlain = true, codec = jsonCodec } = options;
  const keys = checkKeys(options.keys);
  const [writing] = keys;
  return {
    encode(data, id) {
      const [keyId, key] = writing!;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(boundTo(keyId, id));
      const parts = [iv, cipher.update(codec.encode(data, id), "utf8"), cipher.final()];
      return `${MARK}:${keyId}:${Buffer.concat([...parts, cipher.getAuthTag()]).toString("base64")}`;
    },
    decode(text, id) {
      if (!text.startsWith(`${MARK}:`)) {
        if (!acceptPlain) throw new TypeError("not encrypted");
        return markStale(codec.decode(text, id));
      }
      const [, keyId = "", payload = "", ...more] = text.split(":");
      const key = keys.get(keyId);
      if (key === undefined) throw new TypeError("encrypted with a key that is not here");
      const bytes = Buffer.from(payload, "base64");
      // Base64 has several texts for the same bytes; only the one that was written is taken.
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString("base64") !== payload || more.length > 0)
        throw new TypeError("cut");
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(keyId, id)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      const data = codec.decode(Buffer.concat(plain).toString("utf8"), id);
      return keyId === writing![0] ? data : markStale(data);
    },
  };
}

/** What a payload is authenticated with beside its bytes: key ids hold no colon, so no two pairs are alike. */
function boundTo(keyId: string, sessionId: string): Buffer {
  return Buffer.from(`${MARK}:${keyId}:${sessionId}`);
}

function checkKeys(keys: unknown): Map<string, Uint8Array> {
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError("keys must be an array of at least one { id, key }");
  const checked = new Map<string, Uint8Array>();
  for (const [i, each] of (keys as EncryptionKey[]).entries()) {
    const { id, key } = each ?? {};
    if (typeof id !== "string" || !/^[\w.-]{1,64}$/.test(id)) {
      throw new TypeError(`keys[${i}].id must be 1 to 64 letters, digits, "_", "." or "-"`);
    }
    if (checked.has(id)) throw new TypeError(`keys[${i}].id is there twice`);
    const bytes = typeof key === "string" ? Buffer.from(key, "base64") : key;
    if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_BYTES) {
      throw new TypeError(`keys[${i}].key must be ${KEY_BYTES} bytes, or their base64 text`);
    }
    checked.set(id, bytes);
  }
  return checked;
}
