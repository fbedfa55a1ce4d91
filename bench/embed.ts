/**
 * Embeddings in bulk: `npm run bench -- embed`. Residues a second of this project (compiled; exact and FAVOR+
 * attention) beside transformers' EsmModel in torch, on the same weights of the size of ESM-2 8M, for
 * the proteins of the bundled sample and for pieces of titin of one length each. Every contender batches
 * by tokens, sorted by length, and is a process of its own that stays; a set is embedded once to warm up
 * (and compile), then by all contenders by turns, in rounds. The first embedding of each set is held
 * against torch's in float32: exact attention in float32 must agree to 1e-3, or the benchmark ends.
 *
 * --contenders exact-float32,exact-bf16,favor-float32,favor-bf16,torch-float32,torch-bf16
 * --lengths 100,300,1000,3000,8000,16000,30000
 * --rounds 3
 * --residues 32000         of each length, at least
 * --sample-proteins 400
 * --layers 6 --heads 20 --width 320 --inner 1280 --features 256 --batch-tokens 8192
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contender, hasPython, makeCheckpoint, startContender } from "./embed/contender.ts";
import { type EmbedCase, readOptions } from "./embed/options.ts";
import { readSets, type SequenceSet } from "./embed/sets.ts";
import { type EmbedRow, formatTable } from "./embed/table.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";

/** Of float32 between two libraries, over the layers. */
const AGREEMENT = 1e-3;

const options = readOptions(process.argv.slice(2));
console.log(`${machineDescription()}, ${new Date().toISOString().slice(0, 10)}`);
const folder = await mkdtemp(join(tmpdir(), "performer-bench-embed-"));
const embedCase: EmbedCase = {
  ...options.size,
  checkpoint: join(folder, "checkpoint"),
  sets: join(folder, "sets.json"),
};
const contenders: Contender[] = [];
try {
  const sets = await readSets(options);
  await writeFile(embedCase.sets, JSON.stringify(sets));
  if (hasPython()) makeCheckpoint(embedCase);
  console.log(
    `${options.size.layers} layers × ${options.size.heads} heads, width ${options.size.width}, M ${options.size.features}, ${existsSync(embedCase.checkpoint) ? "weights of transformers" : "own random weights"}`,
  );
  for (const name of options.contenders) {
    const contender = await startContender(name, embedCase);
    if ("reason" in contender) console.log(`${name}: left out, ${contender.reason}`);
    else contenders.push(contender);
  }
  const quiet = await waitForQuiet(1000 * options.patienceSeconds);
  if (!quiet) console.log("(the machine was not quiet)");
  const rows: EmbedRow[] = [];
  for (const [index, set] of sets.entries()) rows.push(...(await measure(index, set)));
  console.log(`\n${formatTable(rows)}`);
} finally {
  for (const contender of contenders) contender.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(index: number, { name, sequences }: SequenceSet): Promise<EmbedRow[]> {
  const residues = sequences.reduce((sum, text) => sum + text.length, 0);
  const entries = [];
  for (const contender of contenders) {
    entries.push({
      contender,
      warm: await contender.embed(index),
      speeds: [] as number[],
      peak: 0,
    });
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const entry of entries) {
      if ("reason" in entry.warm) continue;
      const run = await entry.contender.embed(index);
      if ("reason" in run) throw new Error(`${entry.contender.name}, ${name}: ${run.reason}`);
      entry.speeds.push(residues / run.seconds);
      entry.peak = run.peakBytes;
    }
  }
  const reference = entries.find(({ contender }) => contender.name === "torch-float32")?.warm;
  return entries.map(({ contender, warm, speeds, peak }) => {
    const reason = "reason" in warm ? warm.reason : undefined;
    const difference =
      reference === undefined || reference === warm || "reason" in reference || "reason" in warm
        ? undefined
        : relative(warm.first, reference.first);
    if (contender.name === "exact-float32" && (difference ?? 0) > AGREEMENT) {
      throw new Error(
        `${name}: expected the embedding of torch, got one that differs by ${difference}`,
      );
    }
    return {
      ...{ set: name, contender: contender.name, residuesPerSecond: speeds },
      ...{ peakBytes: peak, difference, reason },
    };
  });
}

function relative(actual: readonly number[], reference: readonly number[]): number {
  const norm = (values: readonly number[]) => Math.hypot(...values);
  return norm(actual.map((value, i) => value - (reference[i] ?? Number.NaN))) / norm(reference);
}
