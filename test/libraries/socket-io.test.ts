import express, { type Express, type Request, type RequestHandler } from "express";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSessions } from "sessionary";
import { Server, type Socket } from "socket.io";
import { type Socket as ClientSocket, io } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { OWN_STORE, SETUPS, Visitor, expressSessions } from "./support.js";

type Fields = { userId?: string; color?: string };

describe.each(SETUPS)("socket.io with %s", (setup) => {
  const newSessions = expressSessions(setup);

  describe.each(["polling", "websocket"])("over %s", (transport) => {
    it("shares the session of Express, in both directions", async () => {
      const url = await serve(newSessions());
      const ann = new Visitor(url);
      await ann.post("/sign-in");
      const socket = await connect(url, transport, ann.cookie);
      expect(await socket.emitWithAck("read")).toEqual({ userId: "ann" });
      expect(await socket.emitWithAck("choose", "red")).toBe("saved");
      expect(await ann.get("/")).toBe('200 {"userId":"ann","color":"red"}');
      await ann.post("/choose", { color: "blue" });
      expect(await socket.emitWithAck("reload")).toEqual({ userId: "ann", color: "blue" });
    });

    it("gives a visitor without a cookie an empty session", async () => {
      const socket = await connect(await serve(newSessions()), transport, "");
      expect(await socket.emitWithAck("read")).toEqual({});
      expect(await socket.emitWithAck("reload")).toBe("Error: failed to load session"); // it is not stored
    });

    const staysSignedOut = setup !== OWN_STORE;
    it(`${staysSignedOut ? "stays signed out although" : "undoes a sign-out when"} a socket saves`, async () => {
      const url = await serve(newSessions());
      const ann = new Visitor(url);
      await ann.post("/sign-in");
      const thief = ann.twin();
      const socket = await connect(url, transport, ann.cookie);
      await ann.post("/sign-out");
      expect(await socket.emitWithAck("choose", "red")).toBe("saved");
      expect(await thief.get("/")).toBe(staysSignedOut ? "200 {}" : '200 {"userId":"ann","color":"red"}');
    });
  });
});

it("shares the sessions of createSessions, which a socket has to open", async () => {
  const sessions = createSessions<Fields>({ store: "memory:" });
  const app = express();
  app.post("/sign-in", async (req, res) => {
    (await sessions.get(req)).data.userId = "ann";
    res.end();
  });
  const url = await serveWithSockets(app, sessions.middleware(), (socket) => {
    const request = socket.request as Request;
    socket.on("open", async (reply: Reply) => reply((await sessions.open(request)).data));
    const get = async () => (await sessions.get(request)).data;
    socket.on("get", async (reply: Reply) => reply(await get().catch(String)));
  });
  const ann = new Visitor(url);
  await ann.post("/sign-in");
  const socket = await connect(url, "websocket", ann.cookie);
  expect(await socket.emitWithAck("open")).toEqual({ userId: "ann" });
  expect(await socket.emitWithAck("get")).toContain("Call sessions.open(request)");
});

type Reply = (result: object | string) => void;

const fieldsOf = (request: object) => (request as { session: Request["session"] & Fields }).session;

/** Serves an app of Express and sockets with the same sessions. @returns its URL. */
async function serve(sessions: RequestHandler): Promise<string> {
  const app = express();
  app.use(sessions, express.json());
  app.get("/", (req, res) => {
    const { cookie: _, ...fields } = fieldsOf(req);
    res.json(fields);
  });
  app.post("/sign-in", (req, res) => {
    fieldsOf(req).userId = "ann";
    res.end();
  });
  app.post("/choose", (req, res) => {
    Object.assign(fieldsOf(req), req.body);
    res.end();
  });
  app.post("/sign-out", (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.end()));
  });
  return serveWithSockets(app, sessions, listen);
}

async function serveWithSockets(
  app: Express,
  middleware: RequestHandler,
  onConnection: (socket: Socket) => void,
): Promise<string> {
  const server = createServer(app);
  const sockets = new Server(server);
  sockets.engine.use(middleware);
  sockets.on("connection", onConnection);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => sockets.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(socket: Socket): void {
  const session = () => fieldsOf(socket.request);
  const read = () => {
    const { cookie: _, ...fields } = session();
    return fields;
  };
  socket.on("read", (reply: Reply) => reply(read()));
  socket.on("reload", (reply: Reply) => {
    session().reload((error) => reply(error ? String(error) : read()));
  });
  socket.on("choose", (color: string, reply: Reply) => {
    session().color = color;
    session().save((error) => reply(error ? String(error) : "saved"));
  });
}

/** Connects a socket by one transport only. */
async function connect(url: string, transport: string, cookie: string): Promise<ClientSocket> {
  const socket = io(url, {
    transports: [transport],
    extraHeaders: { cookie },
    reconnection: false,
    forceNew: true,
  });
  onTestFinished(() => void socket.close());
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket.timeout(5_000);
}
