/** One login in a user's index: what made a session this user's. */
export interface Member {
  user: string;
  /** Under which name the session's record is stored. The record names the login too. */
  name: string;
  /**
   * When it was, in epoch microseconds of the index's clock; a later login of the user has a larger one.
   * No two attempts share it: who takes back his own takes nobody else's.
   */
  login: number;
}

/** How many logins a user may have, and what one above that does. */
export interface Cap {
  max: number;
  overflow: "destroy-oldest" | "reject";
}

/**
 * Which sessions a user has. It is only ever a hint: it is written before a record and cleaned after
 * one, so it may name sessions that are not there, or that are another user's by now. Whoever reads it
 * looks at the records.
 */
export interface UserIndex {
  /**
   * Takes in a login. The index lives as long as its last member.
   * @returns `undefined`, and takes in none, when the cap is reached and says "reject".
   */
  enter(user: string, name: string, expiresAt: number, cap?: Cap): Promise<Member | undefined>;
  /** Moves the expiry of a member. @returns whether it was there. */
  keep(member: Member, expiresAt: number): Promise<boolean>;
  /** Puts a member back that was lost. */
  restore(member: Member, expiresAt: number): Promise<void>;
  remove(member: Member): Promise<void>;
  /**
   * For a login that has written its record: who else is there?
   * @returns all members when there are more than `max`, else none; `undefined` when this one was removed.
   */
  settle(member: Member, max: number): Promise<Member[] | undefined>;
  /** All members that have not expired, the oldest login first. */
  list(user: string): Promise<Member[]>;
  clear(): Promise<void>;
}

/** The oldest login first. */
export function byLogin(a: Member, b: Member): number {
  return a.login - b.login;
}
