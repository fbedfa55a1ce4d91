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
/** A random draw has no eager twin: random.test.ts has its laws. */
const ELSEWHERE = ["Multinomial"];
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
      const outputs = (run: KernelCase["run"]) => (xs: readonly tf.Tensor[]) => [run(...xs)].flat();
      if (it.reference === undefined) {
        const { kernels } = await tf.profile(() => it.run(...inputs));
        expect(kernels.map(({ name }) => name)).toContain(kernel);
      }
      await expectSame(program, outputs(it.run), inputs, outputs(it.reference ?? it.run));
    }
  });

  const differentiable = Object.entries(KERNEL_CASES).filter(([, it]) => it.differentiable);
  test.each(differentiable)("%s: gradient traced equals eager", async (kernel, it) => {
    for (let draw = 0; draw < DRAWS; draw++) {
      const stream = createStream(splitKey(randomKey(11), kernel, draw));
      const inputs = it.inputs(drawFrom(stream));
      const gradients = (run: KernelCase["run"]) => (xs: readonly tf.Tensor[]) =>
        gradientsOf(run, xs);
      await expectSame(program, gradients(it.run), inputs, gradients(it.reference ?? it.run));
    }
  });
});

/** Of a sum in which every element of the result has a weight of its own. */
function gradientsOf(run: KernelCase["run"], inputs: readonly tf.Tensor[]): tf.Tensor[] {
  return tf.grads((...xs: tf.Tensor[]) => {
    const result = run(...xs) as tf.Tensor;
    const weights = tf.reshape(tf.linspace(0.5, 1.5, result.size), result.shape);
    return tf.sum(tf.mul(result, weights));
  })([...inputs]);
}

/** @param eagerly the reference for `traced`, on the JavaScript backend. */
async function expectSame(
  program: Program,
  traced: (inputs: readonly tf.Tensor[]) => tf.Tensor[],
  inputs: readonly tf.Tensor[],
  eagerly: (inputs: readonly tf.Tensor[]) => tf.Tensor[],
): Promise<void> {
  const compiled = compileForward(program, "case", (named) =>
    Object.fromEntries(traced(Object.values(named)).map((tensor, index) => [`y${index}`, tensor])),
  );
  const actual = await compiled(namedHosts(inputs));
  eagerly(inputs).forEach((expected, index) => {
    const got = actual[`y${index}`];
    if (got === undefined) throw new Error(`no output y${index}`);
    expectClose(got, toHost(expected), CLOSE);
  });
}
