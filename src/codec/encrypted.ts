import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Codec, jsonCodec } from "./json.js";
import { describe, knownOptions } from "../internal/validation.js";
import { markForReencoding } from "./reencode.js";

/** Key of `encrypted`. */
export interface EncryptionKey {
  /**
   * Name of the key, stored with each payload: 1 to 64 letters, digits, `_`, `.` or `-`. Never reuse it for another
   * key.
   */
  id: string;
  /**
   * 32 random bytes, as from `crypto.randomBytes(32)`, or their base64 or base64url text. The codec copies the bytes.
   */
  key: Uint8Array | string;
}

/** Options for `encrypted`. */
export interface EncryptedOptions {
  /**
   * The first key encrypts; all keys decrypt. To rotate keys, add the new key at the end on every server, then move
   * it to the front on every server. Remove an old key when every session that it encrypted has expired or is
   * re-encrypted.
   */
  keys: EncryptionKey[];
  /** True to also read sessions that were stored before encryption was turned on. @default true */
  allowPlaintext?: boolean;
  /** Codec whose text is encrypted. @default jsonCodec */
  codec?: Codec;
}

const ALGORITHM = "aes-256-gcm";
const FORMAT = "enc1";
const KEY_BYTES = 32;
const IV_BYTES = 12; // random IV, NIST SP 800-38D, section 8.2.2; change the key before 2^32 writes
const TAG_BYTES = 16;

/**
 * Returns a codec that encrypts the text of another codec with AES-256-GCM. A payload is bound to its session's id
 * and cannot be moved to another session. If the key is wrong or missing, or any bit has changed, the session counts
 * as missing, and the event `payload-undecodable` is published. The next write of a session in plain text or under an
 * old key encrypts it with the first key. The adapters write it at the next save or touch, even if no field has
 * changed.
 * @throws TypeError that names the option that is not valid.
 * @example
 * const codec = encrypted({ keys: [{ id: "2025-06", key: process.env.SESSION_KEY! }] });
 * const store = createStore(process.env.SESSION_STORE ?? "memory:", { codec });
 */
export function encrypted(options: EncryptedOptions): Codec {
  knownOptions("encrypted", options, ["keys", "allowPlaintext", "codec"]);
  const { allowPlaintext = true, codec = jsonCodec } = options;
  const keys = checkKeys(options.keys);
  const [writing] = keys;
  return {
    encode(data, id) {
      const [keyId, key] = writing!;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(boundTo(keyId, id));
      const parts = [iv, cipher.update(codec.encode(data, id), "utf8"), cipher.final()];
      return `${FORMAT}:${keyId}:${Buffer.concat([...parts, cipher.getAuthTag()]).toString("base64")}`;
    },
    decode(text, id) {
      if (!text.startsWith(`${FORMAT}:`)) {
        if (!allowPlaintext) throw new TypeError("not encrypted");
        return markForReencoding(codec.decode(text, id));
      }
      const [, keyId = "", payload = "", ...more] = text.split(":");
      const key = keys.get(keyId);
      if (key === undefined) throw new TypeError("encrypted with an unknown key");
      const bytes = Buffer.from(payload, "base64");
      // Base64 has several texts for the same bytes; accept only the one that was written.
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString("base64") !== payload || more.length > 0)
        throw new TypeError("incomplete");
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(keyId, id)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      const data = codec.decode(Buffer.concat(plain).toString("utf8"), id);
      return keyId === writing![0] ? data : markForReencoding(data);
    },
  };
}

/**
 * Returns the additional authenticated data. It is unique for each key and session, since key ids contain no colon.
 */
function boundTo(keyId: string, sessionId: string): Buffer {
  // A store may encode the data before it checks the id, which may not be a string.
  return Buffer.from(`${FORMAT}:${keyId}:${String(sessionId)}`);
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
    if (checked.has(id)) throw new TypeError(`keys[${i}].id must be unique; another key has the same id`);
    checked.set(id, keyBytes(`keys[${i}].key`, key));
  }
  return checked;
}

const BASE64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/;

/**
 * Returns a copy of the key, so that the caller may overwrite its buffer. Error messages never contain a part of the
 * key.
 */
function keyBytes(name: string, key: unknown): Uint8Array {
  const accepted = `${name} must be ${KEY_BYTES} bytes, or their base64 or base64url text`;
  if (typeof key === "string" && !BASE64.test(key)) {
    throw new TypeError(`${accepted}; received a string with a character that is not base64`);
  }
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : key;
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${accepted}; received ${describe(key)}`);
  if (bytes.length !== KEY_BYTES) throw new TypeError(`${accepted}; received ${bytes.length} bytes`);
  return Uint8Array.from(bytes);
}
