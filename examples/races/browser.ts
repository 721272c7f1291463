import type { Account } from "./shop.js";

/** One request on the time line. Times are milliseconds since the race started. */
export interface RequestRow {
  id: number;
  label: string;
  request: string;
  startMs: number;
  /** Not set until the response arrives. */
  endMs?: number;
  answer?: string;
}

export interface Answer {
  /** Status of the response, or undefined if none arrived in time. */
  status: number | undefined;
  tookMs: number;
  retryAfter: string | null;
  account: Account;
}

export const NO_ANSWER_MS = 3_000;
const NO_ACCOUNT: Account = { cart: [], days: 0 };

/** Sends requests as the tabs of one browser do: they share the cookie. */
export class Browser {
  readonly #url: string;
  readonly #report: (row: RequestRow) => void;
  readonly #start = performance.now();
  #cookie: string | undefined;
  #count = 0;

  /** @param report is called when a request starts and when it ends. */
  constructor(url: string, report: (row: RequestRow) => void) {
    this.#url = url;
    this.#report = report;
  }

  /** @param request for example `"POST /cart/apple"`. */
  async send(label: string, request: string): Promise<Answer> {
    const row: RequestRow = { id: ++this.#count, label, request, startMs: this.#now() };
    this.#report(row);
    const answer = await this.#fetch(request);
    const endMs = this.#now();
    this.#report({ ...row, endMs, answer: describe(answer) });
    return { ...answer, tookMs: endMs - row.startMs };
  }

  /** Logs out, so that no session stays in the store. It is not part of the race. */
  async leave(): Promise<void> {
    await this.#fetch("POST /log-out");
  }

  async #fetch(request: string): Promise<Omit<Answer, "tookMs">> {
    const [method, path] = request.split(" ");
    const headers = this.#cookie === undefined ? {} : { cookie: this.#cookie };
    try {
      const signal = AbortSignal.timeout(NO_ANSWER_MS);
      const response = await fetch(`${this.#url}${path}`, { method: method!, headers, signal });
      this.#keep(response.headers.getSetCookie());
      const body = (await response.json()) as Account;
      const account = response.ok ? body : NO_ACCOUNT;
      return { status: response.status, retryAfter: response.headers.get("retry-after"), account };
    } catch {
      return { status: undefined, retryAfter: null, account: NO_ACCOUNT };
    }
  }

  #keep(setCookies: string[]): void {
    for (const line of setCookies) {
      const [, expires] = /; Expires=([^;]+)/i.exec(line) ?? [];
      const isEnded = expires !== undefined && Date.parse(expires) <= Date.now();
      this.#cookie = isEnded ? undefined : line.split(";")[0];
    }
  }

  #now(): number {
    return Math.round(performance.now() - this.#start);
  }
}

function describe({ status, account }: Omit<Answer, "tookMs">): string {
  if (status === undefined) return `no answer in ${NO_ANSWER_MS / 1_000} s`;
  if (status >= 400) return String(status);
  const { user, cart, days } = account;
  if (user === undefined) return `${status}, logged out`;
  const contents = cart.length === 0 ? "empty cart" : `cart: ${cart.join(", ")}`;
  return `${status}, ${user}, ${contents}, session ends in ${days > 0 ? `${days} days` : "1 hour"}`;
}
