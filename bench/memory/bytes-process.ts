// A process that holds nothing but one peer's sessions and says what they take.
import { PEERS, type PeerName } from "../peers/index.js";
import { idOf, sampleSession } from "../sessions.js";

export interface BytesOptions {
  peer: PeerName;
  sessions: number;
  bytes: number;
}

const { peer: name, sessions, bytes } = JSON.parse(process.argv[2]!) as BytesOptions;

function used(): number {
  gc!();
  gc!(); // what the first one only made ready to be freed
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// What the code itself takes must not be counted for the sessions.
const warm = await PEERS[name]({ redisUrl: "" });
await warm.add("warm", sampleSession(0, bytes));
await warm.close();

const before = used();
const peer = await PEERS[name]({ redisUrl: "" });
for (let n = 0; n < sessions; n++) await peer.add(idOf(n), sampleSession(n, bytes));
const after = used();
await peer.close(); // it is in use until here
process.send!((after - before) / sessions);
process.disconnect();
