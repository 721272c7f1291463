import { runCommand } from "./command-line.js";
import { startServer } from "./server.js";

await runCommand("npm run demo --", startServer);
