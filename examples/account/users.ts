import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

export interface User {
  readonly id: string;
  /** Goes up with each change of the password: a session of another version is not signed in. */
  readonly passwordVersion: number;
}

interface StoredUser extends User {
  salt: Buffer;
  hash: Buffer;
}

/** One of the settings that the OWASP Password Storage Cheat Sheet gives for scrypt: 16 MiB, five times. */
const OWASP_COST: ScryptOptions = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** The users, in memory, for the example's sake; their names are their ids. */
export class Users {
  readonly #users = new Map<string, StoredUser>();
  readonly #cost: ScryptOptions;
  /** Stands in for a user that there is not, so that a wrong name takes as long as a wrong password. */
  readonly #nobody = { salt: randomBytes(16), hash: randomBytes(HASH_BYTES) };

  /** @param cost of a password's hash; a lower one is for tests. */
  constructor(cost = OWASP_COST) {
    this.#cost = cost;
  }

  find(id: string): User | undefined {
    return this.#users.get(id);
  }

  /** Adds a user, or changes the password of one that is there. */
  async setPassword(id: string, password: string): Promise<User> {
    const salt = randomBytes(16);
    const hash = await this.#hash(password, salt);
    const user = { id, salt, hash, passwordVersion: (this.#users.get(id)?.passwordVersion ?? 0) + 1 };
    this.#users.set(id, user);
    return user;
  }

  /** @returns the user whose name and password these are. */
  async verify(id: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(id);
    const { salt, hash } = user ?? this.#nobody;
    const isRight = timingSafeEqual(await this.#hash(password, salt), hash);
    return isRight ? user : undefined;
  }

  #hash(password: string, salt: Buffer): Promise<Buffer> {
    return derive(password, salt, HASH_BYTES, this.#cost);
  }
}
