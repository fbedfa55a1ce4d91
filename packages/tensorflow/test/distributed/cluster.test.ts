import "@tensorflow/tfjs";
import { createStream, randomKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { compileTrainStep, openProgram } from "../../src/compiled.ts";
import { expectClose, floats } from "../compiled/host.ts";
import { hasTensorFlow, libraries } from "../compiled/libraries.ts";
import { freePorts, type MemberResult, type RunningMember, startMember } from "./member.ts";

const OPTIMIZER = { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0.1, gradientClip: 0.5 };
const STEPS = [1, 2, 3];

const stream = createStream(randomKey(5));
const normals = (count: number) => Array.from({ length: count }, () => stream.normal());
const START = { w: normals(6), b: normals(2) };

interface Rows {
  readonly x: number[];
  readonly y: number[];
  /** Weights of the rows: unequal sums on the workers, so that a mean of means would be wrong. */
  readonly mask: number[];
}
const rows = (mask: number[]): Rows => ({
  x: normals(3 * mask.length),
  y: normals(2 * mask.length),
  mask,
});
const joined = (parts: readonly Rows[]): Rows => ({
  x: parts.flatMap(({ x }) => x),
  y: parts.flatMap(({ y }) => y),
  mask: parts.flatMap(({ mask }) => mask),
});

/** One update each from all rows at once, on one worker. */
async function trainAlone(batches: readonly Rows[]) {
  const program = openProgram({ libraries });
  await program.variables.assign({ w: floats(START.w, [3, 2]), b: floats(START.b, [2]) });
  const step = compileTrainStep(program, {
    parameters: ["w", "b"],
    optimizer: OPTIMIZER,
    loss: (inputs, { variables }) => {
      const { x, y, mask } = inputs as { x: tf.Tensor2D; y: tf.Tensor; mask: tf.Tensor1D };
      const { w, b } = variables as { w: tf.Tensor2D; b: tf.Tensor };
      const errors = tf.sum(tf.squaredDifference(tf.add(tf.matMul(x, w), b), y), 1);
      return { loss: tf.div(tf.sum(tf.mul(errors, mask)), tf.sum(mask)) as tf.Scalar };
    },
  });
  const gradientNorms = [];
  for (const [index, { x, y, mask }] of batches.entries()) {
    const inputs = {
      x: floats(x, [mask.length, 3]),
      y: floats(y, [mask.length, 2]),
      mask: floats(mask, [mask.length]),
    };
    const context = { step: index + 1, learningRate: 0.05, seed: [0, 0] } as const;
    gradientNorms.push(Number((await step(inputs, context))["gradientNorm"]?.values[0]));
  }
  const values = await program.variables.read(["w", "b"]);
  await program.close();
  return { gradientNorms, values };
}

const said = ({ stdout, stderr, code }: MemberResult) => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
};

async function startPair(batchesOf: (rank: number) => Rows[][], timeouts = {}) {
  const ports = await freePorts(2);
  const config = {
    cluster: { worker: ports.map((port) => `127.0.0.1:${port}`) },
    timeouts: { joinSeconds: 30, stepSeconds: 30, ...timeouts },
  };
  return [0, 1].map((index) =>
    startMember({
      config,
      task: { type: "worker", index },
      optimizer: OPTIMIZER,
      // the chief's values are everybody's
      start: index === 0 ? START : { w: normals(6), b: normals(2) },
      batches: batchesOf(index),
    }),
  ) as [RunningMember, RunningMember];
}

describe.skipIf(!hasTensorFlow)("a cluster of two", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test("makes the updates of one worker with all rows, with equal bits on both, and tells everybody's reports", async () => {
    // worker 1 takes its share in two micro batches
    const parts = STEPS.map(() => [[rows([1, 1, 0])], [rows([1, 0.5]), rows([1])]]);
    const alone = await trainAlone(parts.map((workers) => joined(workers.flat())));
    const members = await startPair((rank) => parts.map((workers) => workers[rank] as Rows[]));
    const [chief, worker] = (await Promise.all(members.map(({ done }) => done))).map(said);

    expect(worker.bits).toBe(chief.bits);
    expect(worker.updates).toEqual(chief.updates);
    for (const result of [chief, worker]) {
      expect(result.heard).toEqual(["from worker:0: ß", "from worker:1: ß"]);
    }
    for (const name of ["w", "b"] as const) {
      const expected = alone.values[name];
      const got = floats(chief.values[name], expected?.shape ?? []);
      expectClose(got, expected ?? got, { rtol: 1e-6, atol: 1e-6 });
    }
    for (const [index, update] of chief.updates.entries()) {
      expect(update.gradientNorm).toBeCloseTo(alone.gradientNorms[index] ?? Number.NaN, 5);
      expect(update.reports).toEqual([10, index, 11, index]);
    }
  });
});
