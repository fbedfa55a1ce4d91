/** The model that all this is for: every parameter's gradient, compiled against eager. */
import "@tensorflow/tfjs";
import { applyModel } from "@performer/performer";
import { featureMapKinds } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  compileForward,
  type HostTensor,
  type Precision,
  type Program,
  supportsBfloat16,
} from "../../src/compiled.ts";
import { toHost } from "./host.ts";
import { hasTensorFlow } from "./libraries.ts";
import {
  compileLoss,
  createModel,
  DIRECTIONS,
  drawBatch,
  eagerGradients,
  hasForm,
  hosts,
  MECHANISMS,
  modelOf,
  openWith,
  projectionsOf,
  relativeDifference,
  relativeNorm,
  toTensor,
} from "./model-case.ts";

/** The rest of the feature maps: they share all but f. */
const OTHER_MAPS = featureMapKinds.filter((kind) => kind !== "relu" && kind !== "softmax-positive");

/**
 * float32: largest difference of a gradient's entries from eager's, relative to the largest entry. bf16: norm of
 * the difference relative to eager's norm. bfloat16 rounds to 2^-9, so about 2^-8 of the units of a ReLU are
 * so near zero that they fall on its other side; each puts a whole term in or out, and the
 * gradient's norm is off by the root of their share, 6 %, at each of the two layers: 0.123 is the most
 * that was seen over the mechanisms, while a sum that is lost or kept in bfloat16 is off by a half and more.
 */
const TOLERANCE: Record<Precision, number> = { float32: 1e-5, bf16: 0.15 };
/**
 * float32, for maps whose features may be negative: denominators keep down to a thousandth of what they
 * would be without cancellation (docs/math.md, eq. 7a), and the rounding of both sides grows by as much.
 */
const CANCELLING_TOLERANCE = 1e-3;
const isCancelling = (name: string) =>
  ["cos", "tanh", "identity", "softmax-trigonometric"].some((kind) => name === `favor, ${kind}`);
/**
 * bf16: exp(W x) takes x as it is, the softmax kernel x / D^(1/4) = x / 2 here, so that exponents, and with them
 * the relative error of a feature, are twice as large.
 */
const EXP_BF16_TOLERANCE = 2 * TOLERANCE.bf16;
function toleranceOf(name: string, precision: Precision): number {
  if (isCancelling(name)) return CANCELLING_TOLERANCE;
  return name === "favor, exp" && precision === "bf16" ? EXP_BF16_TOLERANCE : TOLERANCE[precision];
}
const DISTANCE = { float32: relativeDifference, bf16: relativeNorm };

/**
 * What has no gradient near eager's in bf16, and why: with lsh a rounded rotation puts some positions into
 * other buckets; where features cancel, denominators hold fewer digits than bfloat16 rounds off.
 */
const isNearInBf16 = (name: string) => name !== "lsh" && !isCancelling(name);

const PRECISIONS = ["float32", "bf16"] as const;
const CASES = [
  ...Object.entries(MECHANISMS).flatMap(([name, attention]) =>
    DIRECTIONS.flatMap((direction) =>
      PRECISIONS.map((precision) => ({ name, attention, direction, precision })),
    ),
  ),
  ...OTHER_MAPS.flatMap((kind) =>
    DIRECTIONS.flatMap((direction) =>
      PRECISIONS.map((precision) => ({
        name: `favor, ${kind}`,
        attention: { ...MECHANISMS.relu, featureMap: { kind } },
        direction,
        precision,
      })),
    ),
  ),
].filter(
  ({ name, direction, precision }) =>
    hasForm(name, direction) && (precision === "float32" || isNearInBf16(name)),
);

describe.skipIf(!hasTensorFlow)("the Performer, compiled", () => {
  let program: Program;
  beforeAll(() => tf.setBackend("cpu"));
  afterEach(() => program.close());

  // TensorFlow's rewriter leaves a graph in float32 on processors without AVX-512
  const runnable = CASES.filter(({ precision }) => precision === "float32" || supportsBfloat16());
  test.each(runnable)(
    "$name $direction $precision: loss and every parameter's gradient equal eager's",
    async ({ name: mechanism, attention, direction, precision }) => {
      const tolerance = toleranceOf(mechanism, precision);
      const model = createModel({ attention, direction });
      const batch = drawBatch();
      const eager = eagerGradients(model, batch);
      program = await openWith(model, precision);
      expect(program.precision).toBe(precision);
      const train = compileLoss(program, model);
      const compiled = await train.gradients(batch, [0, 0]);

      expect(Object.keys(compiled)).toEqual(Object.keys(eager));
      for (const [name, expected] of Object.entries(eager)) {
        expect(DISTANCE[precision](compiled[name], expected), name).toBeLessThan(tolerance);
      }
      // a rewriter that did nothing would pass the line above
      const kernel = "layers/0/feedForward/inner/kernel";
      const difference = relativeDifference(compiled[kernel], eager[kernel] as HostTensor);
      if (precision === "bf16") expect(difference).toBeGreaterThan(1e-4);
    },
  );

  // a sum kept in bfloat16 stops growing after some 256 terms of equal size
  test.each(
    Object.entries(MECHANISMS).filter(([name]) => supportsBfloat16() && isNearInBf16(name)),
  )(
    "%s bf16: sums over 1,024 keys and 3,072 positions are those of float32",
    async (_name, attention) => {
      const model = createModel({ attention, direction: "bidirectional", maxLength: 1024 });
      const batch = drawBatch(1024);
      const at = async (precision: Precision) => {
        program = await openWith(model, precision);
        const train = compileLoss(program, model);
        const gradients = await train.gradients(batch, [0, 0]);
        const outputs = await train(batch, { step: 1, learningRate: 0, seed: [0, 0] });
        await program.close();
        return { gradients, loss: Number(outputs["loss"]?.values[0]) };
      };
      const reference = await at("float32");
      const low = await at("bf16");
      expect(Math.abs(low.loss / reference.loss - 1)).toBeLessThan(1e-5);
      for (const [name, expected] of Object.entries(reference.gradients)) {
        // no ReLU stands between the loss and this one
        const tolerance = name === "output/bias" ? 2 ** -8 : TOLERANCE.bf16;
        expect(relativeNorm(low.gradients[name], expected), name).toBeLessThan(tolerance);
      }
    },
  );

  test.each(["relu", "softmax"] as const)(
    "%s features computed again in the backward pass give the same gradients",
    async (kind) => {
      const model = createModel({ attention: MECHANISMS[kind], direction: "bidirectional" });
      const batch = drawBatch();
      const eager = eagerGradients(model, batch);
      program = await openWith(model, "float32", { recompute: true });
      const train = compileLoss(program, model);
      const compiled = await train.gradients(batch, [0, 0]);
      for (const [name, expected] of Object.entries(eager)) {
        expect(relativeDifference(compiled[name], expected), name).toBeLessThan(1e-5);
      }
      expect(await train.describe(batch)).toMatch(/_recompute_hint/);
    },
  );

  test("logits and hidden states equal eager's", async () => {
    const model = createModel({ attention: MECHANISMS.softmax, direction: "causal" });
    const { tokens, paddingMask } = drawBatch();
    program = await openWith(model, "float32");
    const forward = compileForward(program, "forward", (inputs, { variables }) => {
      const traced = modelOf(model, variables);
      return { ...applyModel(traced, inputs as { tokens: tf.Tensor2D }) };
    });
    const outputs = await forward({ tokens, paddingMask });
    const eager = applyModel(model, {
      tokens: toTensor(tokens),
      paddingMask: toTensor(paddingMask),
    });
    expect(relativeDifference(outputs["logits"], toHost(eager.logits))).toBeLessThan(1e-5);
    expect(relativeDifference(outputs["hidden"], toHost(eager.hidden))).toBeLessThan(1e-5);
  });

  test("dropout: two steps differ, and one seed repeats", async () => {
    const model = createModel({
      attention: MECHANISMS.relu,
      direction: "bidirectional",
      dropout: 0.3,
    });
    const batch = drawBatch();
    program = await openWith(model, "float32");
    const train = compileLoss(program, model);
    const at = async (seed: readonly [number, number]) =>
      (await train.gradients(batch, seed))["output/bias"];
    const once = await at([1, 1]);
    expect(await at([1, 1])).toEqual(once);
    expect(await at([1, 2])).not.toEqual(once);
  });

  test("nodes carry the names of the model's parts, forward and backward", async () => {
    const model = createModel({ attention: MECHANISMS.relu, direction: "causal" });
    program = await openWith(model, "float32");
    const text = await compileLoss(program, model).describe(drawBatch());
    expect(text).toMatch(/^layers\/1\/attention\/BatchMatMulV2/m);
    expect(text).toMatch(/^gradients\/layers\/1\/feedForward\/ReluGrad/m);
    // a product with a parameter only: the gradient that it takes comes from the layer above
    expect(text).toMatch(/^gradients\/layers\/0\/attention\/output\/MatMul/m);
    expect(text).toMatch(/^optimizer\/layers\/0\/attention\/query\/kernel\/adam/m);
  });

  test("a step trains on, and the projections that a redraw assigns take effect", async () => {
    const model = createModel({ attention: MECHANISMS.relu, direction: "bidirectional" });
    const batch = drawBatch();
    program = await openWith(model, "float32");
    const train = compileLoss(program, model);
    const losses: number[] = [];
    for (let step = 1; step <= 20; step++) {
      const { loss } = await train(batch, { step, learningRate: 3e-3, seed: [0, step] });
      losses.push(Number(loss?.values[0]));
    }
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0));

    const before = (await train.gradients(batch, [0, 0]))["embedding/token"];
    const other = createModel({ attention: MECHANISMS.relu, direction: "bidirectional", seed: 9 });
    await program.variables.assign(hosts(projectionsOf(other)));
    expect((await train.gradients(batch, [0, 0]))["embedding/token"]).not.toEqual(before);
  });
});
