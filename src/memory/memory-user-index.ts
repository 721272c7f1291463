import type { Clock } from "../internal/clock.js";
import { type Cap, type Member, type UserIndex, byLogin } from "../users/user-index.js";

interface Entry {
  member: Member;
  /** By the steady clock. */
  deadline: number;
}

/** Which sessions a user has, beside the records of one process. */
export class MemoryUserIndex implements UserIndex {
  /** By user, and by login. */
  readonly #users = new Map<string, Map<number, Entry>>();
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enter(user: string, name: string, expiresAt: number, cap?: Cap): Promise<Member | undefined> {
    if (cap?.overflow === "reject" && this.#live(user).length >= cap.max) return undefined;
    this.#last = Math.max(Math.floor(this.#clock.steady() * 1_000), this.#last + 1);
    const member = { user, name, login: this.#last };
    await this.restore(member, expiresAt);
    return member;
  }

  async keep(member: Member, expiresAt: number): Promise<boolean> {
    const entry = this.#users.get(member.user)?.get(member.login);
    if (entry !== undefined) entry.deadline = this.#deadline(expiresAt);
    return entry !== undefined;
  }

  async restore(member: Member, expiresAt: number): Promise<void> {
    let entries = this.#users.get(member.user);
    if (entries === undefined) this.#users.set(member.user, (entries = new Map<number, Entry>()));
    entries.set(member.login, { member, deadline: this.#deadline(expiresAt) });
  }

  async remove(member: Member): Promise<void> {
    this.forget(member);
  }

  async settle(member: Member, max: number): Promise<Member[] | undefined> {
    if (!this.#users.get(member.user)?.has(member.login)) return undefined;
    const members = max === Infinity ? [] : this.#live(member.user);
    return members.length > max ? members : [];
  }

  async list(user: string): Promise<Member[]> {
    return this.#live(user);
  }

  async clear(): Promise<void> {
    this.#users.clear();
  }

  /** Drops a member whose record is gone. */
  forget({ user, login }: Member): void {
    const entries = this.#users.get(user);
    entries?.delete(login);
    if (entries?.size === 0) this.#users.delete(user);
  }

  #live(user: string): Member[] {
    const now = this.#clock.steady();
    const live: Member[] = [];
    for (const { member, deadline } of [...(this.#users.get(user)?.values() ?? [])]) {
      if (deadline > now) live.push(member);
      else this.forget(member);
    }
    return live.sort(byLogin);
  }

  #deadline(expiresAt: number): number {
    return expiresAt - this.#clock.now() + this.#clock.steady();
  }
}
