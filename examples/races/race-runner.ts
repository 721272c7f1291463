import { Browser, type RequestRow } from "./browser.js";
import { OUTAGE } from "./outage.js";
import { RACES, type Race, type Verdict } from "./races.js";
import { type Side, openSides } from "./sides.js";

export type SideName = "ours" | "theirs";

/** A line of the stream that the page reads. */
export type RaceEvent = { side: SideName } & ({ row: RequestRow } | { verdict: Verdict });

export interface RaceRunnerOptions {
  /** URL of the store. Sessions are in Redis for `redis:` and `valkey:`, else in memory. */
  storeUrl: string;
  /** Time between two steps. */
  stepMs?: number;
}

/** Runs races against both stores, one race at a time. */
export class RaceRunner {
  readonly races: Race[] = [...RACES, OUTAGE];
  readonly onRedis: boolean;
  readonly #sides: Record<SideName, Side>;
  readonly #stepMs: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(sides: Record<SideName, Side>, stepMs: number) {
    this.#sides = sides;
    this.#stepMs = stepMs;
    this.onRedis = sides.ours.redis !== undefined;
  }

  static async open({ storeUrl, stepMs = 300 }: RaceRunnerOptions): Promise<RaceRunner> {
    return new RaceRunner(await openSides(redisUrlOf(storeUrl)), stepMs);
  }

  nameOf(side: SideName): string {
    return this.#sides[side].name;
  }

  /** Returns a race, or undefined if there is none or if it needs Redis. */
  find(id: string): Race | undefined {
    return this.races.find((race) => race.id === id && (this.onRedis || !race.needsRedis));
  }

  /** Runs a race against both stores at once. */
  run(race: Race, report: (event: RaceEvent) => void): Promise<void> {
    const run = async (side: SideName) => {
      const verdict = await this.#runSide(race, side, (row) => report({ side, row }));
      report({ side, verdict });
    };
    return (this.#last = this.#last.then(async () => void (await Promise.all([run("ours"), run("theirs")]))));
  }

  async #runSide(race: Race, name: SideName, report: (row: RequestRow) => void): Promise<Verdict> {
    const { url, gate, redis } = this.#sides[name];
    const step = () => new Promise((resolve) => setTimeout(resolve, this.#stepMs));
    const browser = new Browser(url, report);
    try {
      return await race.run({ browser, gate, redis, step });
    } catch (error) {
      return { holds: false, text: `The race failed: ${(error as Error).message}` };
    } finally {
      gate.open();
      await browser.leave();
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#sides).map((side) => side.close()));
  }
}

/** Returns the address of a single Redis server without TLS, which a TCP proxy can stand in front of. */
function redisUrlOf(storeUrl: string): URL | undefined {
  if (!/^(redis|valkey):\/\/[^/]/i.test(storeUrl) || !URL.canParse(storeUrl)) return undefined;
  const url = new URL(storeUrl.replace(/^valkey:/i, "redis:"));
  url.search = "";
  return url;
}
