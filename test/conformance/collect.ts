import type { SessionStore } from "sessionary";
import {
  type AdapterUnderTest,
  type StoreUnderTest,
  type TestRunner,
  adapterConformance,
  storeConformance,
} from "sessionary/conformance";

interface Collected {
  /** The `describe`s that the test stands in. */
  path: string[];
  title: string;
  test: () => Promise<void>;
}

/** What a suite declares, by a test runner of a few lines. */
function collected(declare: (runner: TestRunner) => void): Collected[] {
  const tests: Collected[] = [];
  const path: string[] = [];
  declare({
    describe: (name, define) => {
      path.push(name);
      define();
      path.pop();
    },
    it: (title, test) => tests.push({ path: [...path], title, test }),
  });
  return tests;
}

/** What the suite for stores declares. */
export function collect<S extends SessionStore>(subject: StoreUnderTest<S>): Collected[] {
  return collected((runner) => storeConformance(runner, subject));
}

/** What the suite for adapters declares. */
export function collectAdapter(subject: AdapterUnderTest): Collected[] {
  return collected((runner) => adapterConformance(runner, subject));
}

/** The titles of the tests that fail on this store, of those that begin so, with what each says. */
export function failuresOf<S extends SessionStore>(
  subject: StoreUnderTest<S>,
  beginning = "",
): Promise<Map<string, Error>> {
  return failures(collect(subject).filter(({ title }) => title.startsWith(beginning)));
}

/** The titles of the tests that fail on this adapter, of those with these beginnings, with what each says. */
export function adapterFailures(
  subject: AdapterUnderTest,
  beginnings: readonly string[] = [""],
): Promise<Map<string, Error>> {
  const chosen = collectAdapter(subject).filter(({ title }) =>
    beginnings.some((each) => title.startsWith(each)),
  );
  return failures(chosen);
}

async function failures(tests: Collected[]): Promise<Map<string, Error>> {
  const failed = new Map<string, Error>();
  for (const { title, test } of tests) {
    try {
      await test();
    } catch (error) {
      failed.set(title, error as Error);
    }
  }
  return failed;
}
