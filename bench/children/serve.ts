import { inspect } from "node:util";

/** What a child sends instead of an answer. */
export interface Failure {
  failed: string;
}

/** In a child: answers each message of the parent, until the parent goes. */
export function serve<Request>(answer: (request: Request) => Promise<unknown>): void {
  process.on("message", (request: Request) => {
    answer(request).then(
      (result) => process.send!(result),
      (error: unknown) => process.send!({ failed: inspect(error) } satisfies Failure),
    );
  });
  process.on("disconnect", () => process.exit());
}
