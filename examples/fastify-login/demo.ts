import { startDemo } from "../races/demo-server.js";
import { runCommand } from "./command-line.js";

await runCommand("npm run demo --", startDemo);
