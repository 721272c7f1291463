import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryStore } from "sessionary";

/** Sessions of 8,000 characters, and how often their text is parsed in one reading of all. */
async function open(sessions: number) {
  const store = new MemoryStore();
  const ids = [...Array(sessions).keys()].map((n) => `s${n}`);
  const entry = (id: string) => ({
    data: { id, text: "x".repeat(8_000) },
    expiresAt: Date.now() + 60_000,
  });
  for (const id of ids) await store.create(id, entry(id));
  const parse = vi.spyOn(JSON, "parse");
  const readAll = async () => {
    parse.mockClear();
    for (const id of ids) expect((await store.get(id))?.data.id).toBe(id);
    return parse.mock.calls.length;
  };
  return { store, ids, entry, readAll };
}

describe("A session that is read again", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is copied and not parsed again, until it changes", async () => {
    const { store, ids, entry, readAll } = await open(100);
    expect(await readAll()).toBe(100);
    expect(await readAll()).toBe(100); // most are read once: what was parsed is kept from here on
    expect(await readAll()).toBe(0);
    await store.update(ids[0]!, { ...entry(ids[0]!), data: { id: ids[0]!, changed: true } });
    expect(await readAll()).toBe(1);
    await store.close();
  });

  it("is so for a part of the sessions when they are more than fit, and are read in turn", async () => {
    const { store, readAll } = await open(1_000);
    for (let round = 0; round < 15; round++) await readAll();
    expect(await readAll()).toBeLessThan(900);
    await store.close();
  });
});
