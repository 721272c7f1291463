import type { SessionStore } from "sessionary";
import { storeConformance, type StoreUnderTest } from "sessionary/conformance";

interface Collected {
  /** The `describe`s that the test stands in. */
  path: string[];
  title: string;
  test: () => Promise<void>;
}

/** What the suite declares, by a test runner of a few lines. */
export function collect<S extends SessionStore>(subject: StoreUnderTest<S>): Collected[] {
  const tests: Collected[] = [];
  const path: string[] = [];
  storeConformance(
    {
      describe: (name, define) => {
        path.push(name);
        define();
        path.pop();
      },
      it: (title, test) => tests.push({ path: [...path], title, test }),
    },
    subject,
  );
  return tests;
}

/** The titles of the tests that fail on this store, of those that begin so, with what each says. */
export async function failuresOf<S extends SessionStore>(
  subject: StoreUnderTest<S>,
  beginning = "",
): Promise<Map<string, Error>> {
  const failures = new Map<string, Error>();
  for (const { title, test } of collect(subject)) {
    if (!title.startsWith(beginning)) continue;
    try {
      await test();
    } catch (error) {
      failures.set(title, error as Error);
    }
  }
  return failures;
}
