/**
 * The cost of one decoding step against the position, `npm run bench -- decode`: time and state of
 * FAVOR+ and of exact attention with a cache, at the size of configs/demo-causal.json and one row.
 *
 * First the states at all positions are made: with FAVOR+ from a prompt in the parallel form, for exact
 * attention, which is quadratic there, step by step. Steps from these states are then timed in rounds,
 * contenders and positions interleaved; a step ends when its logits are on the host. The bytes are what
 * freeing the state gives back.
 */
import { parseArgs } from "node:util";
import {
  type DecodingState,
  decodeStep,
  disposeDecoding,
  initDecoding,
  initModel,
  type PerformerModel,
  prefill,
} from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import * as tf from "@tensorflow/tfjs-core";
import { machineDescription, waitForQuiet } from "./train/machine.ts";

const root = new URL("..", import.meta.url).pathname;
const favor = (kind: "relu" | "softmax-positive") =>
  ({ mechanism: "favor", featureMap: { kind }, numFeatures: 64 }) as const;
const CONTENDERS: Record<string, ModelConfigInput["attention"]> = {
  "FAVOR+, relu": favor("relu"),
  "FAVOR+, softmax": favor("softmax-positive"),
  "exact, with cache": { mechanism: "exact" },
};

const { values: options } = parseArgs({
  options: {
    positions: { type: "string", default: "10,100,1000,10000" },
    rounds: { type: "string", default: "15" },
    "steps-per-round": { type: "string", default: "5" },
    "patience-seconds": { type: "string", default: "30" },
  },
});
const positions = options.positions.split(",").map(Number);
const last = Math.max(...positions);

const { backend } = await loadRuntime({ root });
const quiet = await waitForQuiet(1000 * Number(options["patience-seconds"]));
const contenders = Object.entries(CONTENDERS).map(([name, attention]) => {
  const model = createModel(attention);
  return { name, model, states: statesAt(model), times: new Map<number, number[]>() };
});
for (let round = 0; round < Number(options.rounds); round++) {
  for (const { model, states, times } of contenders) {
    for (const [position, state] of states) {
      timedStep(model, state); // brings the state into the caches
      for (let step = 0; step < Number(options["steps-per-round"]); step++) {
        times.set(position, [...(times.get(position) ?? []), timedStep(model, state)]);
      }
    }
  }
}

console.log(`${machineDescription()}, ${backend}${quiet ? "" : " (the machine was not quiet)"}\n`);
console.log(`| contender | ${positions.map((p) => `position ${p}`).join(" | ")} |`);
console.log(`| --- | ${positions.map(() => "---").join(" | ")} |`);
for (const { name, states, times } of contenders) {
  const cells = positions.map((position) => {
    const sorted = (times.get(position) ?? []).toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
    const bytes = freedBy(states.get(position) as DecodingState);
    return `${at(0.5)} ms (${at(0.1)}-${at(0.9)}), ${(bytes / 1024).toFixed(0)} KiB`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
console.log("\nMedian of the steps (their 10th to 90th percentile), and the state's size.");

function createModel(attention: ModelConfigInput["attention"]): PerformerModel {
  const config = ModelConfig.parse({
    maxLength: last + 1,
    embeddingSize: 128,
    numHeads: 8,
    numLayers: 4,
    feedForwardSize: 512,
    direction: "causal",
    attention,
  });
  return initModel(config, randomKey(1));
}

/** The states after so many random residues, by position. */
function statesAt(model: PerformerModel): Map<number, DecodingState> {
  const { integer } = createStream(randomKey(2));
  const residues = Int32Array.from({ length: last }, () => integer(20));
  return model.config.attention.mechanism === "favor"
    ? new Map(positions.map((position) => [position, readAtOnce(model, residues, position)]))
    : readInSteps(model, residues);
}

function readAtOnce(model: PerformerModel, residues: Int32Array, length: number): DecodingState {
  const tokens = tf.tensor2d(residues.subarray(0, length), [1, length], "int32");
  const { logits, state } = prefill(model, tokens);
  tf.dispose([tokens, logits]);
  return state;
}

function readInSteps(model: PerformerModel, residues: Int32Array): Map<number, DecodingState> {
  const states = new Map<number, DecodingState>();
  let state = initDecoding(model, 1);
  for (const residue of residues) {
    const { logits, state: next } = step(model, state, residue);
    logits.dispose();
    if (!states.has(state.position)) disposeDecoding(state);
    state = next;
    if (positions.includes(state.position)) states.set(state.position, state);
  }
  return states;
}

/** Milliseconds from the token to its logits on the host. */
function timedStep(model: PerformerModel, state: DecodingState): number {
  const start = performance.now();
  const { logits, state: next } = step(model, state, 7);
  logits.dataSync();
  const elapsed = performance.now() - start;
  logits.dispose();
  disposeDecoding(next);
  return elapsed;
}

function step(model: PerformerModel, state: DecodingState, residue: number) {
  const token = tf.tensor1d([residue], "int32");
  const outputs = decodeStep(model, state, token);
  token.dispose();
  return outputs;
}

function freedBy(state: DecodingState): number {
  const before = tf.memory().numBytes;
  disposeDecoding(state);
  return before - tf.memory().numBytes;
}
