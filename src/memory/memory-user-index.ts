import { type Cap, type Member, type UserIndex, byAge } from "../users/user-index.js";

interface Entry extends Member {
  expiresAt: number;
}

/** Which sessions a user has, beside the records of one process. */
export class MemoryUserIndex implements UserIndex {
  readonly #users = new Map<string, Map<string, Entry>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async add(userId: string, member: Member, expiresAt: number, cap?: Cap): Promise<Member[] | "full"> {
    if (expiresAt <= this.#now()) {
      this.forget(userId, member.name);
      return [];
    }
    const others = this.#live(userId).filter(({ name }) => name !== member.name);
    const above = cap === undefined ? 0 : others.length + 1 - cap.max;
    if (above > 0 && cap?.overflow === "reject") return "full";
    let entries = this.#users.get(userId);
    if (entries === undefined) this.#users.set(userId, (entries = new Map<string, Entry>()));
    entries.set(member.name, { ...member, expiresAt });
    return above > 0 ? others.slice(0, above) : [];
  }

  async remove(userId: string, { name, createdAt }: Member): Promise<void> {
    // A newer member of that name is another login's.
    if (this.#users.get(userId)?.get(name)?.createdAt === createdAt) this.forget(userId, name);
  }

  async has(userId: string, { name, createdAt }: Member): Promise<boolean> {
    return this.#users.get(userId)?.get(name)?.createdAt === createdAt;
  }

  async list(userId: string): Promise<Member[]> {
    return this.#live(userId);
  }

  async clear(): Promise<void> {
    this.#users.clear();
  }

  /** Drops a member whose record is gone. */
  forget(userId: string, name: string): void {
    const entries = this.#users.get(userId);
    entries?.delete(name);
    if (entries?.size === 0) this.#users.delete(userId);
  }

  #live(userId: string): Entry[] {
    const entries = [...(this.#users.get(userId)?.values() ?? [])];
    const now = this.#now();
    for (const { name, expiresAt } of entries) if (expiresAt <= now) this.forget(userId, name);
    return entries.filter(({ expiresAt }) => expiresAt > now).sort(byAge);
  }
}
