/**
 * Where an embedding spends its time, by operation, and tokens a second of the graph by itself:
 * `npm run bench -- profile-embed`, of a model of the size of ESM-2 8M with random weights. Times are those of the
 * kernels; with several threads their sum exceeds the run's, so the shares are what to read.
 *
 * --rows 4 --length 320      B and L of the run that is profiled; the rate is that of a batch of 8,192 tokens
 * --contenders exact-bf16,exact-float32,favor-bf16,favor-float32
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { initModel } from "@performer/performer";
import { collateSequences } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { compileModel } from "@performer/training";
import { readOptions } from "./embed/options.ts";
import { configOf, favorOf } from "./embed/sizes.ts";
import { nodeShares } from "./node-shares.ts";
import { quantile } from "./serve/quantile.ts";
import { machineDescription } from "./train/machine.ts";

const WARM_UP = 2;
const TIMED = 10;
const BATCH_TOKENS = 8192;
const PROFILED = 3;
/** That of `npm run bench -- embed`. */
const { size: SIZE } = readOptions([]);

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "4" },
    length: { type: "string", default: "320" },
    contenders: { type: "string", default: "exact-bf16" },
  },
});
const [rows, length] = [values.rows, values.length].map(Number) as [number, number];

const root = join(import.meta.dirname, "..");
const libraries = tensorflowLibraries(root);
if (libraries === null) {
  throw new Error("profile-embed: expected TensorFlow, got none; run `npm run performer -- setup`");
}
await loadRuntime({ root });
console.log(machineDescription());
for (const name of values.contenders.split(",")) {
  const exact = configOf(SIZE);
  const config = name.startsWith("favor") ? { ...exact, attention: favorOf(SIZE) } : exact;
  const compiled = await compileModel({
    model: initModel(config, randomKey(1)),
    libraries,
    precision: name.endsWith("bf16") ? "bf16" : "float32",
  });
  const batchOf = (count: number) =>
    collateSequences(
      Array.from({ length: count }, (_, row) =>
        Uint8Array.from({ length: length - 2 }, (__, i) => (7 * i + row) % 20),
      ),
      { length },
    );
  const [run, batch] = [batchOf(rows), batchOf(Math.max(1, Math.floor(BATCH_TOKENS / length)))];
  const encode = () => compiled.encode(batch, [SIZE.layers]);
  for (let count = 0; count < WARM_UP; count++) await encode();
  const rates: number[] = [];
  for (let count = 0; count < TIMED; count++) {
    const start = performance.now();
    await encode();
    rates.push((1000 * batch.rows * length) / (performance.now() - start));
  }
  rates.sort((a, b) => a - b);
  console.log(
    `\n${name}, batches of ${batch.rows} × ${length}: ${quantile(rates, 0.5).toFixed(0)} tokens/s (${rates[0]?.toFixed(0)}-${rates.at(-1)?.toFixed(0)})`,
  );
  await compiled.profile(run); // compiles
  const times = [];
  for (let count = 0; count < PROFILED; count++) times.push(...(await compiled.profile(run)));
  console.log(nodeShares(times, { runs: PROFILED, groupOf: ({ op, node }) => op || node }));
  await compiled.close();
}
process.exit(0);
