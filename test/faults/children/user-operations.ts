// Does to sessions of users what it is told to, all at once, and says what it has done. It is to be killed.
import { createStore } from "sessionary";
import { userIdOf } from "../../users/stores.js";
import {
  type OperationName,
  type OptionsName,
  USER_OPERATIONS,
  USER_OPTIONS,
  namesOf,
} from "../support/user-operations.js";

/** What to do by a connection of its own. */
export interface Order {
  number: number;
  operation: OperationName;
  options: OptionsName;
  url: string;
}

// Whoever waits for an answer goes on waiting until it is killed: nothing is to be tidied up.
const timeoutMs = 600_000;
for (const { number, operation, options, url } of JSON.parse(process.argv[2] ?? "[]") as Order[]) {
  const store = createStore({ url, userIdOf, timeoutMs, ...USER_OPTIONS[options] });
  const done = () => process.stdout.write(`${number}\n`);
  USER_OPERATIONS[operation].run(store, namesOf(number)).then(done, done);
}
