import { MemoryStore } from "sessionary";

// Run as a process of its own, which has to end although nothing here closes the store.
const store = new MemoryStore();
for (let n = 0; n < 1_000; n++) {
  await store.create(`session-${n}`, { data: { n }, expiresAt: Date.now() + 30 * 86_400_000 });
}
console.log(`${await store.count()} sessions are left open`);
