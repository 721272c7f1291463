/** One session in a user's index. Members sort by age. */
export interface Member {
  /** Under which name its record is stored. */
  name: string;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** What `add` is to do when the user has `maxPerUser` sessions already. */
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
   * Adds a member, or moves the expiry of one that is there; the index lives as long as its last member.
   * With a cap that is reached, one step with the adding: `"reject"` adds nothing and gives `"full"`;
   * `"destroy-oldest"` adds, and gives the oldest members that are above the cap, without removing them.
   */
  add(userId: string, member: Member, expiresAt: number, cap?: Cap): Promise<Member[] | "full">;
  remove(userId: string, member: Member): Promise<void>;
  has(userId: string, member: Member): Promise<boolean>;
  /** All members that have not expired, the oldest first. */
  list(userId: string): Promise<Member[]>;
  clear(): Promise<void>;
}

/** The oldest first. */
export function byAge(a: Member, b: Member): number {
  return a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1);
}

const DIGITS = 16;

/** A member as text. The creation time comes first, at a fixed width, so that texts sort by age. */
export function textOf({ createdAt, name }: Member): string {
  return `${String(createdAt).padStart(DIGITS, "0")}:${name}`;
}

export function parseMember(text: string): Member {
  return { createdAt: Number(text.slice(0, DIGITS)), name: text.slice(DIGITS + 1) };
}
