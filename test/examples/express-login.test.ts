import { startServer } from "../../examples/express-login/server.js";
import { testExample } from "./test-example.js";

testExample({ startServer, cookiePrefix: "s:" });
