/** The model that all this is for: every parameter's gradient, compiled against eager. */
import "@tensorflow/tfjs";
import {
  type ApplyOptions,
  applyModel,
  crossEntropy,
  flattenTree,
  initModel,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { featureMapKinds, ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  compileForward,
  compileTrainStep,
  type GraphContext,
  type HostTensor,
  openProgram,
  type Precision,
  type Program,
  type ProgramOptions,
  supportsBfloat16,
} from "../../src/compiled.ts";
import { toHost } from "./host.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

/** L of the cases that do not say otherwise. */
const LENGTH = 40;
const MECHANISMS = {
  relu: { mechanism: "favor", featureMap: { kind: "relu" }, numFeatures: 72, chunkSize: 16 },
  softmax: {
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures: 72,
    chunkSize: 16,
  },
  exact: { mechanism: "exact" },
  identity: { mechanism: "identity" },
  local: { mechanism: "local", window: 12 },
  sparse: { mechanism: "sparse", window: 12, numGlobal: 3, numRandom: 2 },
  lsh: { mechanism: "lsh", bucketSize: 4, numHashes: 2 },
  linformer: { mechanism: "linformer", rank: 9 },
} as const;

/** The rest of the feature maps: they share all but f, and are checked in float32. */
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
const DISTANCE = { float32: relativeDifference, bf16: relativeNorm };

/** All but lsh: a rounded rotation puts some positions into other buckets, and no gradient is near then. */
const BF16 = Object.keys(MECHANISMS).filter((name) => name !== "lsh");

const DIRECTIONS = ["bidirectional", "causal"] as const;
/** Linformer mixes all positions before it attends: it has no causal form. */
const hasForm = (name: string, direction: (typeof DIRECTIONS)[number]) =>
  !(name === "linformer" && direction === "causal");
const CASES = [
  ...Object.entries(MECHANISMS).flatMap(([name, attention]) =>
    DIRECTIONS.flatMap((direction) =>
      (["float32", "bf16"] as const).map((precision) => ({
        name,
        attention,
        direction,
        precision,
      })),
    ),
  ),
  ...OTHER_MAPS.flatMap((kind) =>
    DIRECTIONS.map((direction) => ({
      name: `favor, ${kind}`,
      attention: { ...MECHANISMS.relu, featureMap: { kind } },
      direction,
      precision: "float32" as const,
    })),
  ),
].filter(
  ({ name, direction, precision }) =>
    hasForm(name, direction) && (precision === "float32" || BF16.includes(name)),
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
      const tolerance = isCancelling(mechanism) ? CANCELLING_TOLERANCE : TOLERANCE[precision];
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
    Object.entries(MECHANISMS).filter(([name]) => supportsBfloat16() && BF16.includes(name)),
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

  test("dropout: two steps differ, one seed repeats, and about the stated share is dropped", async () => {
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

  describe("reversible layers", () => {
    const residual = "reversible";
    const cases = Object.keys(MECHANISMS).flatMap((name) =>
      DIRECTIONS.filter((direction) => hasForm(name, direction)).flatMap((direction) =>
        [false, true].map(
          (recompute) => [name as keyof typeof MECHANISMS, direction, recompute] as const,
        ),
      ),
    );
    test.each(cases)(
      "%s %s, session recomputes %s: every parameter's gradient equals eager's",
      async (name, direction, recompute) => {
        const model = createModel({ attention: MECHANISMS[name], direction, residual });
        const batch = drawBatch();
        const eager = eagerGradients(model, batch);
        program = await openWith(model, "float32", { recompute });
        const compiled = await compileLoss(program, model).gradients(batch, [0, 0]);
        expect(Object.keys(compiled)).toEqual(Object.keys(eager));
        for (const [parameter, expected] of Object.entries(eager)) {
          expect(relativeDifference(compiled[parameter], expected), parameter).toBeLessThan(1e-5);
        }
      },
    );

    test("dropout: what is computed back is dropped by the masks of the forward pass", async () => {
      const model = createModel({
        attention: MECHANISMS.softmax,
        direction: "causal",
        dropout: 0.3,
        residual,
      });
      const batch = drawBatch();
      const seed = [7, 8] as const;
      program = await openWith(model, "float32");
      const compiled = await compileLoss(program, model).gradients(batch, seed);

      const shapes = new Map<string, readonly number[]>();
      eagerGradients(model, batch, {
        dropoutKey: DROPOUT_KEY,
        dropoutMask: ({ shape }, _rate, key) => {
          shapes.set(key.join(), shape);
          return tf.ones(shape);
        },
      });
      const draw = compileForward(program, "draw", (_inputs, { uniform }) =>
        Object.fromEntries(
          Array.from(shapes, ([key, shape]) => {
            const [high = 0, low = 0] = key.split(",").map(Number);
            return [key, uniform(shape, { stream: [high, low] })];
          }),
        ),
      );
      const drawn = await draw({}, seed);
      const eager = eagerGradients(model, batch, {
        dropoutKey: DROPOUT_KEY,
        dropoutMask: (_x, rate, key) => maskOf(toTensor(drawn[key.join()] as HostTensor), rate),
      });
      // of the embedding, and of two branches in each of two layers
      expect(shapes.size).toBe(5);
      for (const [parameter, expected] of Object.entries(eager)) {
        expect(relativeDifference(compiled[parameter], expected), parameter).toBeLessThan(1e-5);
      }
    });

    test("deeper layers add nothing to what the backward pass reads of the forward pass", async () => {
      const readBack = async (kind: "ordinary" | "reversible", numLayers: number) => {
        const model = createModel({
          attention: MECHANISMS.relu,
          direction: "causal",
          dropout: 0.1,
          residual: kind,
          numLayers,
        });
        program = await openWith(model, "float32");
        const text = await compileLoss(program, model).describe(drawBatch());
        await program.close();
        const lines = text.split("\n");
        const states = lines.filter((line) => /^layers\/.* → float32/.test(line));
        const read = lines
          .filter((line) => line.startsWith("gradients/"))
          .flatMap((line) => /\((.*?)\)/.exec(line)?.[1]?.split(", ") ?? []);
        const names = new Set(states.map((line) => line.split(" ")[0]));
        return new Set(read.filter((name) => names.has(name))).size;
      };
      expect(await readBack("reversible", 4)).toBe(await readBack("reversible", 2));
      expect(await readBack("ordinary", 4)).toBeGreaterThan(await readBack("ordinary", 2));
      program = openProgram({ libraries });
    });
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

function createModel({
  seed = 4,
  ...choice
}: Record<string, unknown> & { seed?: number }): PerformerModel {
  const config = ModelConfig.parse({
    numLayers: 2,
    maxLength: LENGTH,
    ...choice,
    embeddingSize: 32,
    numHeads: 2,
    feedForwardSize: 48,
  });
  return initModel(config, randomKey(seed));
}

/** Rows of different length; the loss on some of the positions that are no padding. */
function drawBatch(
  L = LENGTH,
): Record<"tokens" | "targets" | "paddingMask" | "lossMask", HostTensor> {
  const B = 3;
  const stream = createStream(randomKey(5));
  const ids = (): HostTensor => ({
    type: "int32",
    shape: [B, L],
    values: Int32Array.from({ length: B * L }, () => stream.integer(29)),
  });
  const padding = Float32Array.from({ length: B * L }, (_, i) =>
    Number(i % L < L - 7 * Math.floor(i / L)),
  );
  const loss = padding.map((value) => value * Number(stream.uniform() < 0.5));
  const mask = (values: Float32Array): HostTensor => ({ type: "float32", shape: [B, L], values });
  return { tokens: ids(), targets: ids(), paddingMask: mask(padding), lossMask: mask(loss) };
}

type Named = Readonly<Record<string, tf.Tensor>>;

const projectionsOf = (model: PerformerModel): Named =>
  Object.fromEntries(
    model.projections.map((projection, layer) => [`projections/${layer}`, projection]),
  );

const hosts = (tensors: Named) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toHost(tensor)]));

const toTensor = ({ values, shape, type }: HostTensor) =>
  tf.tensor<tf.Rank.R2>(values as Float32Array, [...shape] as [number, number], type as "float32");

async function openWith(
  model: PerformerModel,
  precision: Precision,
  options: Partial<ProgramOptions> = {},
): Promise<Program> {
  const program = openProgram({ libraries, precision, ...options });
  await program.variables.assign(
    hosts({ ...flattenTree(model.parameters), ...projectionsOf(model) }),
  );
  return program;
}

/** `model` on other tensors. */
function modelOf(model: PerformerModel, tensors: Named): PerformerModel {
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, tensors[name] as tf.Tensor]));
  return {
    config: model.config,
    parameters: unflattenTree(pick(Object.keys(flattenTree(model.parameters)))),
    projections: Object.values(pick(Object.keys(projectionsOf(model)))) as tf.Tensor2D[],
  };
}

const DROPOUT_KEY = [0, 0] as const;

/** As @performer/training trains. */
const graphOptions = ({ uniform, after }: GraphContext): ApplyOptions => ({
  dropoutKey: DROPOUT_KEY,
  dropoutMask: (x, rate, stream) => maskOf(uniform(x.shape, { stream, after: x }), rate),
  after,
});

const maskOf = (uniform: tf.Tensor, rate: number) =>
  tf.div(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 - rate);

function loss(model: PerformerModel, inputs: Named, options: ApplyOptions = {}) {
  const { tokens, targets, paddingMask, lossMask } = inputs as Record<string, tf.Tensor2D>;
  const { logits } = applyModel(model, { tokens: tokens as tf.Tensor2D, paddingMask }, options);
  const { lossSum, weightSum } = crossEntropy(
    logits,
    targets as tf.Tensor2D,
    lossMask as tf.Tensor2D,
  );
  return tf.div(lossSum, weightSum) as tf.Scalar;
}

const compileLoss = (program: Program, model: PerformerModel) =>
  compileTrainStep(program, {
    parameters: Object.keys(flattenTree(model.parameters)),
    optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0.1, gradientClip: 0.5 },
    loss: (inputs, context) => ({
      loss: loss(modelOf(model, context.variables), inputs, graphOptions(context)),
    }),
  });

function eagerGradients(
  model: PerformerModel,
  batch: Record<string, HostTensor>,
  options: ApplyOptions = {},
): Record<string, HostTensor> {
  const flat = flattenTree(model.parameters);
  const names = Object.keys(flat);
  const inputs = Object.fromEntries(
    Object.entries(batch).map(([name, host]) => [name, toTensor(host)]),
  );
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const named = Object.fromEntries(
      names.map((name, index) => [name, tensors[index] as tf.Tensor]),
    );
    return loss(modelOf(model, { ...named, ...projectionsOf(model) }), inputs, options);
  })(Object.values(flat));
  return hosts(
    Object.fromEntries(names.map((name, index) => [name, gradients[index] as tf.Tensor])),
  );
}

/** max |a − b| / max |b| */
function relativeDifference(actual: HostTensor | undefined, expected: HostTensor): number {
  const values = Array.from(expected.values, Number);
  const worst = values.map((value, index) => Math.abs(Number(actual?.values[index]) - value));
  return Math.max(...worst) / Math.max(...values.map(Math.abs));
}

/** |a − b| / |b| */
function relativeNorm(actual: HostTensor | undefined, expected: HostTensor): number {
  const values = Array.from(expected.values, Number);
  const difference = values.map((value, index) => Number(actual?.values[index]) - value);
  return Math.hypot(...difference) / Math.hypot(...values);
}
