import {
  MemoryStore,
  createStore,
  jsonCodec,
  type Codec,
  type MemoryStoreOptions,
  type SessionData,
  type SessionStore,
  type UserOptions,
} from "sessionary";
import type { StoreUnderTest } from "sessionary/conformance";

/** Returns a subject for the suite: a MemoryStore, or what `createStore` returns with user options. */
export function memorySubject(
  name: string,
  options: MemoryStoreOptions = {},
  users?: UserOptions,
): StoreUnderTest<SessionStore> {
  const codecs = new WeakMap<SessionStore, CorruptingCodec>();
  return {
    name,
    open: () => {
      const codec = new CorruptingCodec();
      const store =
        users === undefined
          ? new MemoryStore({ ...options, codec })
          : createStore("memory:", { ...options, ...users, codec });
      codecs.set(store, codec);
      return store;
    },
    supports: {
      corrupt: async (store, id) => {
        const codec = codecs.get(store)!;
        await store.get(id);
        codec.corruptLast();
      },
    },
  };
}

/** The same with a clock of its own, which only `advance` moves. */
export function clockedMemorySubject(name: string, users?: UserOptions): StoreUnderTest<SessionStore> {
  let moment = Date.UTC(2030, 0);
  const clock = { now: () => moment, advance: (ms: number) => void (moment += ms) };
  return { ...memorySubject(name, { now: clock.now }, users), clock };
}

/** Nothing from outside reaches what a MemoryStore keeps; so garbage comes in where its codec is handed it. */
class CorruptingCodec implements Codec {
  #last = "";
  readonly #corrupt = new Set<string>();

  encode = (data: SessionData, id: string) => jsonCodec.encode(data, id);

  decode = (text: string, id: string) => {
    this.#last = id + text;
    return jsonCodec.decode(this.#corrupt.has(id + text) ? `${text}oops` : text, id);
  };

  corruptLast(): void {
    this.#corrupt.add(this.#last);
  }
}
