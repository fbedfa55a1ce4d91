/**
 * This project, by the functions of `performer embed`: an imported checkpoint, compiled, and its mean
 * embeddings. Arguments: contender, case as JSON.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { embedSequences } from "@performer/interpret";
import { initModel, type PerformerModel, transferModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { supportsBfloat16 } from "@performer/tensorflow/compiled";
import { compileModel, importEsm, loadCheckpoint } from "@performer/training";
import type { EmbedCase } from "../options.ts";
import type { SequenceSet } from "../sets.ts";
import { configOf, favorOf, MAX_LENGTH } from "../sizes.ts";

const root = join(import.meta.dirname, "../../..");
const [name = "", json = ""] = process.argv.slice(2);
const embedCase = JSON.parse(json) as EmbedCase;
const say = (message: object) => console.log(JSON.stringify(message));
const libraries = tensorflowLibraries(root);
if (libraries === null) refuse("TensorFlow is not installed; run `npm run performer -- setup`");
if (name.endsWith("bf16") && !supportsBfloat16()) refuse("the processor has no bfloat16");
const { backend } = await loadRuntime({ root });
if (backend !== "tensorflow") refuse(`the runtime is ${backend}`);

const sets = JSON.parse(readFileSync(embedCase.sets, "utf8")) as SequenceSet[];
const exact = await readModel();
const model = name.startsWith("exact")
  ? exact
  : transferModel(exact, favorOf(embedCase), randomKey(1));
const compiled = await compileModel({
  model,
  libraries: libraries as NonNullable<typeof libraries>,
  precision: name.endsWith("bf16") ? "bf16" : "float32",
});
say({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  const sequences = (sets[Number(line)]?.sequences ?? []).map((text) => encodeSequence(text));
  const start = performance.now();
  const embeddings = await embedSequences(compiled, sequences, {
    maxTokens: embedCase.batchTokens,
  });
  const seconds = (performance.now() - start) / 1000;
  const first = Array.from(embeddings[0]?.mean ?? []);
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024, first });
}

function refuse(reason: string): never {
  say({ reason });
  process.exit(0);
}

async function readModel(): Promise<PerformerModel> {
  if (!existsSync(embedCase.checkpoint)) return initModel(configOf(embedCase), randomKey(1));
  const folder = await mkdtemp(join(tmpdir(), "performer-bench-"));
  const output = join(folder, "model");
  await importEsm({ source: embedCase.checkpoint, output, maxLength: MAX_LENGTH });
  const { model: loaded } = await loadCheckpoint(output);
  await rm(folder, { recursive: true });
  return loaded;
}
