import { startServer } from "../../examples/fastify-login/server.js";
import { testExample } from "./test-example.js";

testExample({ startServer, cookiePrefix: "" });
