/** An imported ESM-2 as TensorFlow graphs: the same numbers in float32, near ones in bf16, and steps of training. */
import "@tensorflow/tfjs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyModel, flattenTree } from "@performer/performer";
import { randomKey } from "@performer/random";
import { tensorflowLibraries } from "@performer/tensorflow";
import { expectClose } from "@performer/testing";
import {
  compileModel,
  createCompiledStepper,
  createEagerStepper,
  createOptimizer,
  importEsm,
  loadCheckpoint,
} from "@performer/training";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ESM_CASES, esmFixture, fixtureFolder, realPositions } from "./esm-fixture.ts";
import { tinyConfig } from "./fixture.ts";

const libraries = tensorflowLibraries(join(import.meta.dirname, "../../.."));

/** Without TensorFlow (WebAssembly fallback) there is nothing to compile for. */
describe.skipIf(libraries === null)("compiled ESM-2", () => {
  let folder: string;
  beforeAll(async () => {
    await tf.setBackend("cpu");
    folder = await mkdtemp(join(tmpdir(), "performer-esm-"));
    for (const name of ESM_CASES) {
      await importEsm({ source: fixtureFolder(name), output: join(folder, name) });
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const known = libraries ?? { framework: "", tensorflow: "" };
  const load = async (name: (typeof ESM_CASES)[number]) =>
    (await loadCheckpoint(join(folder, name))).model;

  test.each([
    ["float32", 1e-5],
    // 8 bits of mantissa, 2^-9 a rounding, over up to 30 of them in a row
    ["bf16", 0.03],
  ] as const)(
    "%s: hidden states of every layer and token scores are those of transformers",
    async (precision, share) => {
      for (const name of ESM_CASES) {
        const expected = await esmFixture(name);
        const model = await load(name);
        const compiled = await compileModel({ model, libraries: known, precision });
        const [rows, length] = expected.shape;
        const batch = { tokens: expected.tokens, paddingMask: expected.paddingMask, rows, length };
        const mask = tf.tensor2d(expected.paddingMask, expected.shape);
        const layers = Array.from({ length: model.config.numLayers + 1 }, (_, layer) => layer);
        for (const [layer, states] of (await compiled.encode(batch, layers)).entries()) {
          const reference = expected.tensor(`hidden/${layer}`);
          const hidden = tf.tensor3d(states, reference.shape);
          expectNear(realPositions(hidden, mask), realPositions(reference, mask), share);
        }
        const logits = tf.tensor3d(await compiled.logits(batch), [rows, length, 33]);
        expectNear(realPositions(logits, mask), realPositions(expected.logits(), mask), share);
        await compiled.close();
      }
    },
  );

  test("fine-tuning: compiled steps are the eager ones, and leave the contact head as it was", async () => {
    const expected = await esmFixture("hub");
    const [rows, length] = expected.shape;
    const lossMask = expected.paddingMask.map((takesPart, i) => (i % 4 === 1 ? takesPart : 0));
    const batch = {
      inputs: expected.tokens.map((token, i) => (lossMask[i] === 1 ? 28 : token)),
      targets: expected.tokens,
      ...{
        lossMask,
        scoreMask: lossMask,
        paddingMask: expected.paddingMask,
        rows,
        length,
        epoch: 0,
      },
    };
    const { optimizer } = tinyConfig().training;
    const steppers = [
      createEagerStepper({ model: await load("hub"), optimizer: createOptimizer(optimizer) }),
      await createCompiledStepper({ model: await load("hub"), optimizer, libraries: known }),
    ] as const;
    const results = [];
    for (const stepper of steppers) {
      const losses = [];
      for (const step of [1, 2, 3]) {
        const { sums } = await stepper.step(batch, {
          step,
          learningRate: 1e-2,
          dropoutKey: randomKey(step),
        });
        losses.push(sums.lossSum);
      }
      results.push({ losses, parameters: flattenTree((await stepper.readModel()).parameters) });
    }
    const [eager, compiled] = results as [(typeof results)[0], (typeof results)[0]];
    expectClose(compiled.losses, eager.losses, { rtol: 1e-5, atol: 1e-5 });
    expect(eager.losses[2]).toBeLessThan(eager.losses[0] as number);
    const before = flattenTree((await load("hub")).parameters);
    expect(Object.keys(compiled.parameters)).toEqual(Object.keys(before));
    for (const name of ["contacts/kernel", "contacts/bias"]) {
      for (const { parameters } of results)
        expect(parameters[name]?.dataSync()).toEqual(before[name]?.dataSync());
    }
    for (const stepper of steppers) stepper.dispose();
  });
});

/** Root mean square of the differences, over that of the reference. */
function expectNear(actual: tf.Tensor, reference: tf.Tensor, share: number): void {
  const norm = (x: tf.Tensor) => tf.norm(x).dataSync()[0] as number;
  expect(norm(tf.sub(actual, reference)) / norm(reference)).toBeLessThan(share);
}

test("an imported model is applied in constant memory", async () => {
  await tf.setBackend("cpu");
  const folder = await mkdtemp(join(tmpdir(), "performer-esm-"));
  await importEsm({ source: fixtureFolder("variant"), output: join(folder, "variant") });
  const { model } = await loadCheckpoint(join(folder, "variant"));
  const { tokens, shape } = await esmFixture("variant");
  const inputs = { tokens: tf.tensor2d(tokens, shape, "int32") };
  const { numTensors } = tf.memory();
  tf.dispose({ ...applyModel(model, inputs) });
  expect(tf.memory().numTensors).toBe(numTensors);
  await rm(folder, { recursive: true, force: true });
});
