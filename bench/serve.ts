/**
 * Answering clients: `npm run bench -- serve`. Residues a second and latency for 1, 16 and 256 clients at a
 * time, of this server with the 5M model that ships, beside a Python server of FastAPI and transformers'
 * EsmModel of about the same size, randomly initialised. Each client sends one protein of the bundled
 * sample, waits for its mean embedding, and sends the next. Both servers run all the time and are loaded by
 * turns, in rounds; docs/benchmarks.md has results and how to make the Python environment. At the end this
 * server alone answers its largest requests, and /health beside them.
 *
 * --clients 1,16,256   at a time
 * --rounds 3
 * --seconds 10         of one contender in one round
 * --contenders performer,esm-fastapi
 */
import { parseArgs } from "node:util";
import { startContender } from "./serve/contender.ts";
import { formatHealth, measureHealth } from "./serve/health.ts";
import { type LoadResult, loadFor } from "./serve/load.ts";
import { readProteins } from "./serve/proteins.ts";
import { formatTable, summarize } from "./serve/table.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";

const { values: options } = parseArgs({
  options: {
    clients: { type: "string", default: "1,16,256" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    contenders: { type: "string", default: "performer,esm-fastapi" },
    "patience-seconds": { type: "string", default: "120" },
  },
});
const seconds = Number(options.seconds);

console.log(`${machineDescription()}, ${new Date().toISOString().slice(0, 10)}`);
const proteins = await readProteins();
const contenders = [];
for (const name of options.contenders.split(",")) {
  const contender = await startContender(name);
  if ("reason" in contender) console.log(`${name}: left out, ${contender.reason}`);
  else contenders.push(contender);
}
try {
  for (const { name, description } of contenders) console.log(`${name}: ${description}`);
  const quiet = await waitForQuiet(1000 * Number(options["patience-seconds"]));
  if (!quiet) console.log("(the machine was not quiet)");
  const rows = [];
  for (const clients of options.clients.split(",").map(Number)) {
    const samples = contenders.map((contender) => ({ contender, results: [] as LoadResult[] }));
    // compiles what this many clients need, and fills caches
    for (const { contender } of samples) {
      await loadFor(contender.url, { clients, proteins, seconds: Math.min(5, seconds) });
    }
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const { contender, results } of samples) {
        results.push(await loadFor(contender.url, { clients, proteins, seconds }));
      }
    }
    for (const { contender, results } of samples) {
      rows.push(summarize(contender.name, clients, results));
    }
  }
  console.log(`\n${formatTable(rows)}`);
  const ours = contenders.find(({ name }) => name === "performer");
  if (ours) console.log(`\n${formatHealth(await measureHealth(ours.url))}`);
} finally {
  await Promise.all(contenders.map((contender) => contender.stop()));
}
