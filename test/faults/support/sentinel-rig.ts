import { type SentinelGroup, startSentinel } from "../../support/redis-sentinel.js";
import { waitUntil } from "../../support/wait-until.js";
import { bringInStep } from "./replication.js";
import type { Rig } from "./rig.js";
import type { Place } from "./variants.js";

/** A master and its replica, which keep what they have through a crash, and three Sentinels. */
export class SentinelRig implements Rig {
  readonly place: Place;

  private constructor(readonly group: SentinelGroup) {
    const hosts = group.sentinels.map(({ host, port }) => ({ host, port }));
    this.place = { mode: "sentinel", url: group.url, hosts, name: group.name };
  }

  static async start(): Promise<SentinelRig> {
    const group = await startSentinel();
    for (const server of [group.master, group.replica]) {
      await server.command("CONFIG", "SET", "appendonly", "yes");
      await server.command("CONFIG", "REWRITE");
    }
    return new SentinelRig(group);
  }

  async raw() {
    return (await this.group.currentMaster()).client();
  }

  /** The Sentinels stay: they go on naming a master that is not there. */
  async down(): Promise<void> {
    const master = await this.group.currentMaster();
    const replica = master === this.group.master ? this.group.replica : this.group.master;
    // What the replica has not heard of yet would be lost when it is promoted: that is another case.
    await bringInStep(master, replica);
    await Promise.all([master.kill(), replica.kill()]);
  }

  async up(): Promise<void> {
    await Promise.all([this.group.master.restart(), this.group.replica.restart()]);
    await this.#serves();
  }

  freeze(): void {
    this.group.master.pause();
    this.group.replica.pause();
  }

  async thaw(): Promise<void> {
    this.group.master.resume();
    this.group.replica.resume();
    await this.#serves();
  }

  close(): Promise<void> {
    return this.group.close();
  }

  async #serves(): Promise<void> {
    await waitUntil("the group has a master that takes writes", async () => {
      const master = await this.group.currentMaster();
      return (await master.command("SET", "is-there-a-master", 1, "PX", 1)) === "OK";
    });
  }
}
