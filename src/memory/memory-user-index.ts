import { type Cap, type Member, type UserIndex, byAge, textOf } from "../users/user-index.js";

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
      this.forget(userId, member);
      return [];
    }
    const live = this.#live(userId);
    const isNew = !this.#users.get(userId)?.has(textOf(member));
    const above = cap === undefined || !isNew ? 0 : live.length + 1 - cap.max;
    if (above > 0 && cap?.overflow === "reject") return "full";
    let entries = this.#users.get(userId);
    if (entries === undefined) this.#users.set(userId, (entries = new Map<string, Entry>()));
    entries.set(textOf(member), { ...member, expiresAt });
    return above > 0 ? live.slice(0, above) : [];
  }

  async remove(userId: string, member: Member): Promise<void> {
    this.forget(userId, member);
  }

  async has(userId: string, member: Member): Promise<boolean> {
    return this.#users.get(userId)?.has(textOf(member)) ?? false;
  }

  async list(userId: string): Promise<Member[]> {
    return this.#live(userId);
  }

  async clear(): Promise<void> {
    this.#users.clear();
  }

  /** Drops a member whose record is gone. */
  forget(userId: string, member: Member): void {
    const entries = this.#users.get(userId);
    entries?.delete(textOf(member));
    if (entries?.size === 0) this.#users.delete(userId);
  }

  #live(userId: string): Entry[] {
    const entries = [...(this.#users.get(userId)?.values() ?? [])];
    const now = this.#now();
    for (const entry of entries) if (entry.expiresAt <= now) this.forget(userId, entry);
    return entries.filter(({ expiresAt }) => expiresAt > now).sort(byAge);
  }
}
