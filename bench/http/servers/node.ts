import { getIronSession } from "iron-session";
import { LIFETIME_MS } from "../../sessions.js";
import { type Access, type Fields, NO_SESSIONS, SECRET, fieldsAccess } from "../app.js";
import { type Exchange, listenNode } from "../apps/node.js";
import type { Servers } from "./index.js";
import { ownSessions } from "./own-sessions.js";

export const NODE_SERVERS = {
  async sessionary({ redisUrl }) {
    const sessions = await ownSessions(redisUrl);
    return listenNode(fieldsAccess(async ({ req, res }) => (await sessions.get(req, res)).data));
  },
  "iron-session": () => listenNode(ironSessions()),
  bare: () => listenNode(NO_SESSIONS),
} satisfies Servers;

/** iron-session, which keeps the session in an encrypted cookie. It saves when it is told to. */
function ironSessions(): Access<Exchange> {
  const options = {
    password: SECRET,
    cookieName: "session",
    ttl: LIFETIME_MS / 1_000,
    cookieOptions: { secure: false },
  };
  const open = ({ req, res }: Exchange) => getIronSession<Fields>(req, res, options);
  return {
    username: async (exchange) => (await open(exchange)).username,
    async countView(exchange) {
      const session = await open(exchange);
      session.views = (session.views as number) + 1;
      await session.save();
    },
    async logIn(exchange, fields) {
      const session = await open(exchange);
      Object.assign(session, fields);
      await session.save();
    },
  };
}
