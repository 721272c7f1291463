import { runCommand } from "../fastify-login/command-line.js";
import { startServer } from "./server.js";

await runCommand("node --import tsx examples/express-login/demo.ts", startServer);
