import "@tensorflow/tfjs";
import { createStream, randomKey, splitKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compileForward, openProgram, type Program } from "../../src/compiled.ts";
import { KERNELS } from "../../src/tracing/kernels/index.ts";
import { expectClose, namedHosts, toHost } from "./host.ts";
import { drawFrom, KERNEL_CASES, type KernelCase } from "./kernel-cases.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

/** Draws of shapes and values a kernel. */
const DRAWS = 3;
/**
 * A random draw has no eager twin (random.test.ts has its laws); the others are tfjs-node's alone, and
 * no tfjs operation calls them (operations.test.ts has them).
 */
const ELSEWHERE = ["BroadcastTo", "LogSoftmax", "Multinomial"];
/** Single precision, and other library functions for the transcendental ones. */
const CLOSE = { rtol: 1e-5, atol: 2e-6 };

test("every registered kernel has a case", () => {
  expect(
    Object.keys(KERNELS)
      .filter((name) => !ELSEWHERE.includes(name))
      .sort(),
  ).toEqual(Object.keys(KERNEL_CASES).sort());
});

describe.skipIf(!hasTensorFlow)("with TensorFlow installed", () => {
  let program: Program;
  beforeAll(() => tf.setBackend("cpu"));
  beforeEach(() => {
    program = openProgram({ libraries });
  });
  afterEach(() => program.close());

  test.each(Object.entries(KERNEL_CASES))("%s: traced equals eager", async (kernel, it) => {
    for (let draw = 0; draw < DRAWS; draw++) {
      const stream = createStream(splitKey(randomKey(7), kernel, draw));
      const inputs = it.inputs(drawFrom(stream));
      const { kernels } = await tf.profile(() => it.run(...inputs));
      expect(kernels.map(({ name }) => name)).toContain(kernel);
      await expectSame(program, (...xs) => [it.run(...xs)].flat(), inputs);
    }
  });

  const differentiable = Object.entries(KERNEL_CASES).filter(([, it]) => it.differentiable);
  test.each(differentiable)("%s: gradient traced equals eager", async (kernel, it) => {
    for (let draw = 0; draw < DRAWS; draw++) {
      const stream = createStream(splitKey(randomKey(11), kernel, draw));
      const inputs = it.inputs(drawFrom(stream));
      await expectSame(program, (...xs) => gradients(it, xs), inputs);
    }
  });
});

/** Of a sum in which every element of the result has a weight of its own. */
function gradients(it: KernelCase, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  return tf.grads((...xs: tf.Tensor[]) => {
    const result = it.run(...xs) as tf.Tensor;
    const weights = tf.reshape(tf.linspace(0.5, 1.5, result.size), result.shape);
    return tf.sum(tf.mul(result, weights));
  })([...inputs]);
}

async function expectSame(
  program: Program,
  run: (...inputs: tf.Tensor[]) => tf.Tensor[],
  inputs: tf.Tensor[],
): Promise<void> {
  const compiled = compileForward(program, "case", (named) =>
    Object.fromEntries(run(...Object.values(named)).map((tensor, index) => [`y${index}`, tensor])),
  );
  const actual = await compiled(namedHosts(inputs));
  run(...inputs).forEach((expected, index) => {
    const got = actual[`y${index}`];
    if (got === undefined) throw new Error(`no output y${index}`);
    expectClose(got, toHost(expected), CLOSE);
  });
}
