/**
 * The cost of one decoding step against the position, `npm run bench -- decode`: time and state of
 * FAVOR+ and of exact attention with a cache, at the size of configs/demo-causal.json and one row.
 *
 * First the states at all positions are made: with FAVOR+ by reading a prompt; for exact attention, which
 * would take minutes for it, a cache of that length is filled with random numbers, on which the time does
 * not depend. Steps from these states are then timed in rounds, contenders and positions interleaved; a
 * step ends when its logits are on the host. The bytes are what freeing the state gives back.
 */
import { parseArgs } from "node:util";
import {
  type DecodingState,
  decodeStep,
  disposeDecoding,
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
  return { name, model, states: statesAt(model), costs: new Map<number, StepCost[]>() };
});
for (let round = 0; round < Number(options.rounds); round++) {
  for (const { model, states, costs } of contenders) {
    for (const [position, state] of states) {
      timedStep(model, state); // brings the state into the caches
      for (let step = 0; step < Number(options["steps-per-round"]); step++) {
        costs.set(position, [...(costs.get(position) ?? []), timedStep(model, state)]);
      }
    }
  }
}

console.log(`${machineDescription()}, ${backend}${quiet ? "" : " (the machine was not quiet)"}\n`);
console.log(`| contender | ${positions.map((p) => `position ${p}`).join(" | ")} |`);
console.log(`| --- | ${positions.map(() => "---").join(" | ")} |`);
for (const { name, states, costs } of contenders) {
  const cells = positions.map((position) => {
    const own = costs.get(position) ?? [];
    const wall = percentiles(own.map(({ wallMs }) => wallMs));
    const cpu = percentiles(own.map(({ cpuMs }) => cpuMs));
    const bytes = freedBy(states.get(position) as DecodingState);
    return `${wall} ms, CPU ${cpu} ms, ${(bytes / 1024).toFixed(0)} KiB`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
console.log("\nMedian of the steps (their 10th to 90th percentile), and the state's size.");

interface StepCost {
  readonly wallMs: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

function percentiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return `${at(0.5)} (${at(0.1)}-${at(0.9)})`;
}

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

/** The state after so many random residues, by position. */
function statesAt(model: PerformerModel): Map<number, DecodingState> {
  const make = model.config.attention.mechanism === "exact" ? filledCache : readPrompt;
  return new Map(positions.map((position) => [position, make(model, position)]));
}

function readPrompt(model: PerformerModel, position: number): DecodingState {
  const { integer } = createStream(randomKey(2));
  const residues = Int32Array.from({ length: position }, () => integer(20));
  const tokens = tf.tensor2d(residues, [1, position], "int32");
  const { logits, state } = prefill(model, tokens);
  tf.dispose([tokens, logits]);
  return state;
}

function filledCache({ config }: PerformerModel, position: number): DecodingState {
  const { numHeads: H, embeddingSize: E, numLayers } = config;
  const fill = () => tf.randomNormal<tf.Rank.R4>([1, H, position, E / H], 0, 1, "float32", 1);
  const layers = Array.from({ length: numLayers }, () => ({ key: fill(), value: fill() }));
  return { position, layers };
}

/** From the token to its logits on the host. */
function timedStep(model: PerformerModel, state: DecodingState): StepCost {
  const start = performance.now();
  const before = process.cpuUsage();
  const token = tf.tensor1d([7], "int32");
  const { logits, state: next } = decodeStep(model, state, token);
  logits.dataSync();
  const { user, system } = process.cpuUsage(before);
  const cost = { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
  tf.dispose([token, logits]);
  disposeDecoding(next);
  return cost;
}

function freedBy(state: DecodingState): number {
  const before = tf.memory().numBytes;
  disposeDecoding(state);
  return before - tf.memory().numBytes;
}
