import { SessionLimitError, hasCode } from "../errors.js";
import { MIN_EXPIRES_AT } from "../codec/payload.js";
import { isSessionId } from "../session-id.js";
import type { SessionStore } from "../store.js";
import type { Clock } from "../internal/clock.js";
import type { UserOptions } from "./options.js";
import { inPart } from "./outcome.js";
import { retried } from "./retried.js";
import { type Stored, type StoredSessions, isOf } from "./session-reader.js";
import type { Cap, Member, UserIndex } from "./user-index.js";

/** A member without its session may be a login that is under way: for so long nobody else removes it. */
const LOGIN_MS = 60_000;
const OVER = MIN_EXPIRES_AT;

/**
 * The index beside the records. They may stand on different nodes, so no step touches both; what holds
 * instead, wherever a process stops:
 *
 * - A login enters the index, writes its record, and then settles: it looks whether it is still in the
 *   index. If not, it was ended meanwhile, and ends its session.
 * - A member is removed by the login that failed, or after its session ended or moved on, or when it is
 *   old and names no session. So a session is in its user's index as long as it is there.
 * - Who settles above the cap ends the oldest sessions, not counting those of logins under way: these
 *   will see all others when they settle themselves. A login that fails ends none.
 */
export class Logins<T extends object> {
  readonly #sessions: StoredSessions<T>;
  readonly #records: SessionStore<T>;
  readonly #index: UserIndex;
  readonly #cap: Cap | undefined;
  readonly #clock: Clock;

  constructor(
    records: SessionStore<T>,
    sessions: StoredSessions<T>,
    index: UserIndex,
    { maxPerUser, overflow = "destroy-oldest" }: UserOptions<T>,
    clock: Clock,
  ) {
    this.#sessions = sessions;
    this.#records = records;
    this.#index = index;
    this.#cap = maxPerUser === undefined ? undefined : { max: maxPerUser, overflow };
    this.#clock = clock;
  }

  /**
   * @param isLogin whether it is one, and not a session that was this user's before it was tracked.
   * @throws SessionLimitError when the user may have no more, and none is to end for it.
   */
  async enter(user: string, name: string, expiresAt: number, isLogin: boolean): Promise<Member> {
    const enter = () => this.#index.enter(user, name, expiresAt, isLogin ? this.#cap : undefined);
    let member = await enter();
    if (member === undefined) {
      await this.live(await this.#index.list(user)); // what is not live must not keep a user out
      member = await enter();
    }
    if (member === undefined) throw new SessionLimitError(this.#cap!.max);
    return member;
  }

  /** Keeps a session in the index for as long as it is to live, and puts it there again if that was lost. */
  async keep(member: Member, expiresAt: number): Promise<void> {
    if (await this.#index.keep(member, expiresAt)) return;
    await this.#index.restore(member, expiresAt);
    if (!isOf(await this.#sessions.read(member.name), member)) await this.forget(member);
  }

  /** For a member whose record is not there, or not its own any more. What fails is tried by others: it is a stray. */
  async forget(member: Member | undefined): Promise<void> {
    if (member !== undefined) await this.#index.remove(member).catch(() => {});
  }

  /** @throws StoreUnavailableError of an unknown outcome, since the record is written. */
  async settle(member: Member | undefined, isLogin: boolean): Promise<void> {
    if (member === undefined) return;
    const max = isLogin && this.#cap?.overflow === "destroy-oldest" ? this.#cap.max : Infinity;
    try {
      const members = await this.#index.settle(member, max);
      if (members === undefined) return void (await this.end(member));
      const live = await this.live(members);
      const oldest = live.slice(0, Math.max(0, live.length - max));
      await Promise.all(oldest.map((each) => this.end(each.member)));
    } catch (error) {
      throw inPart(error);
    }
  }

  list(user: string): Promise<Member[]> {
    return this.#index.list(user);
  }

  /** The sessions that are behind members of one user. What names none goes. */
  async live(members: Member[]): Promise<{ member: Member; session: Stored<T> }[]> {
    const found = await Promise.all(members.map(({ name }) => this.#sessions.read(name)));
    const live = new Map<string, { member: Member; session: Stored<T> }>();
    const strays = members.filter((member, i) => {
      const session = found[i];
      const isStray = !isOf(session, member) || live.has(member.name);
      if (!isStray) live.set(member.name, { member, session: session! });
      return isStray;
    });
    await Promise.all(strays.map((member) => this.#tidy(member)));
    return [...live.values()];
  }

  /** Ends the session behind a member, if it is still that user's. @returns whether it was. */
  async end(member: Member): Promise<boolean> {
    const { ended, was } = await this.#end(member.name, member.user);
    await this.forget(was);
    if (was?.login !== member.login) await this.#tidy(member);
    return ended;
  }

  /** Ends a session, whosever it is. @returns whether there was one. */
  async destroy(name: string): Promise<boolean> {
    const { ended, was } = await this.#end(name);
    await this.forget(was);
    return ended;
  }

  async clear(): Promise<void> {
    await this.#records.clear();
    await this.#index.clear();
    // A login that was in the index by then had written its record; one that was not ends by itself.
    await this.#records.clear();
  }

  /** Ends what was read and nothing else, so that it is known which member has to go. */
  async #end(name: string, user?: string): Promise<{ ended: boolean; was?: Member }> {
    try {
      return await retried(async () => {
        let session = await this.#sessions.read(name);
        if (session === undefined) {
          if (!(await this.#isTaken(name))) return { ended: false };
          session = await this.#sessions.read(name); // it may have come since then
        }
        if (session === undefined) return { ended: await this.#records.destroy(name) };
        if (user !== undefined && session.user !== user) return { ended: false };
        const { member, record } = session;
        const over = { data: {} as T, expiresAt: OVER };
        const version = await this.#records.update(name, over, { ifVersion: record.version });
        return { ended: version !== undefined, ...(member !== undefined && { was: member }) };
      });
    } catch (error) {
      if (hasCode(error, "ERR_STORE_UNAVAILABLE") || hasCode(error, "ERR_STORE_CLOSED")) throw error;
      return { ended: await this.#records.destroy(name) }; // rather a stray member than no logout
    }
  }

  /** Whether anything is there, be it one that can't be read here. */
  async #isTaken(name: string): Promise<boolean> {
    if (!isSessionId(name)) return false;
    const nothing = { data: {} as T, expiresAt: OVER };
    return this.#records.create(name, nothing).then(
      () => false,
      (error: unknown) => {
        if (hasCode(error, "ERR_SESSION_EXISTS")) return true;
        throw error;
      },
    );
  }

  /** Removes a member that names no session, if it can't be a login under way. */
  async #tidy(member: Member): Promise<void> {
    if (member.login / 1_000 < this.#clock.steady() - LOGIN_MS) await this.forget(member);
  }
}
