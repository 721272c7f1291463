// A process that holds one peer and times it when it is told to: each has a heap, a compiler and an
// event loop of its own, and what one leaves behind is not in another's figures.
import { serve } from "../children/serve.js";
import { PEERS, type PeerName, type PeerOptions } from "../peers/index.js";
import type { Held, Operation } from "../peers/peer.js";
import { SESSIONS, idOf, sampleSession } from "../sessions.js";
import { drive } from "./drive.js";

export interface PeerProcessOptions extends PeerOptions {
  peer: PeerName;
  bytes: number;
}
export interface RoundRequest {
  operation: Operation;
  inFlight: number;
  forMs: number;
}

const { peer: name, bytes, ...options } = JSON.parse(process.argv[2]!) as PeerProcessOptions;
const peer = await PEERS[name](options);
const sessions: Held[] = [];
for (let n = 0; n < SESSIONS; n++) {
  const held: Held = { id: idOf(n), session: sampleSession(n, bytes) };
  const version = await peer.add(held.id, held.session);
  if (version !== undefined) held.version = version;
  sessions.push(held);
}
serve(({ operation, inFlight, forMs }: RoundRequest) =>
  drive(peer.calls[operation], sessions, { inFlight, forMs }),
);
process.send!("ready");
