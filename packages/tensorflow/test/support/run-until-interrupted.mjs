/** Runs, through the built runner, a program that writes its process id and never ends: `… PID_FILE`. */
import { spawnRunner } from "../../dist/index.js";

const program = `
  require("fs").writeFileSync(process.argv[1], String(process.pid));
  setInterval(() => {}, 1000);`;
await spawnRunner.run(process.execPath, ["-e", program, process.argv[2]], { timeoutMs: 60_000 });
