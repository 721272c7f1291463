import { onTestFinished } from "vitest";

/** Collects the warnings of sessionary that the process prints until the end of the test. */
export function seenWarnings(): string[] {
  const seen: string[] = [];
  const onWarning = (warning: Error) => {
    if (warning.name === "SessionaryWarning") seen.push(warning.message);
  };
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  return seen;
}
