import { describe, it } from "node:test";
import { storeConformance } from "sessionary/conformance";
import { customStore, type Row } from "./custom-store.js";

// What each store was handed, so that the suite can put garbage there.
const rows = new WeakMap<object, Map<string, Row>>();

storeConformance(
  { describe, it },
  {
    name: "customStore",
    open: () => {
      const table = new Map<string, Row>();
      const store = customStore(table);
      rows.set(store, table);
      return store;
    },
    toleranceMs: 0,
    supports: {
      corrupt: (store, id) => {
        rows.get(store)!.get(id)!.text = "{oops";
      },
    },
  },
);
