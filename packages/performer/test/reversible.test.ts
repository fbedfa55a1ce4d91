/** Reversible layers: the gradient of the same network by plain autodiff, in memory that depth does not change. */
import {
  type ApplyOptions,
  applyModel,
  attention,
  countParameters,
  crossEntropy,
  flattenTree,
  initModel,
  type ModelInputs,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import { createStream, randomKey, splitKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { checkGradients, expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { applyBranch } from "../src/block.ts";
import { dropout, dropoutMask } from "../src/dropout.ts";
import { embedTokens, positionVectors } from "../src/embedding.ts";
import { applyNorm } from "../src/layer-norm.ts";
import { tokenLogits } from "../src/output-head.ts";
import { branch } from "../src/parameter-tree.ts";
import {
  asWritten,
  type BackwardState,
  type Coupling,
  coupleAll,
  reversibleStack,
  type Streams,
  uncouple,
} from "../src/reversible.ts";
import { rotationOf } from "../src/rotary.ts";
import { shiftTokens } from "../src/token-shift.ts";
import { attentionConfig, MECHANISMS, smoothConfig } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawNormal, drawTokens } from "./support/draw.ts";

const [B, L] = [2, 12];

function createModel(overrides: Partial<ModelConfigInput> = {}): PerformerModel {
  const config = ModelConfig.parse({
    maxLength: 64,
    embeddingSize: 16,
    numHeads: 4,
    numLayers: 3,
    feedForwardSize: 40,
    attention: attentionConfig("relu"),
    residual: "reversible",
    ...overrides,
  });
  return initModel(config, randomKey(5));
}

const tokens = () => drawTokens("tokens", [B, L], 29);
const paddingMask = () =>
  tf.tensor2d([1, 1].map((_, b) => Array.from({ length: L }, (__, i) => Number(i < L - 4 * b))));

/** The same model in the words of docs/math.md, eq. R1, without a gradient of its own. */
function plainLogits(
  { config, parameters, projections }: PerformerModel,
  inputs: ModelInputs,
  { dropoutKey }: ApplyOptions,
): tf.Tensor3D {
  const positions = positionVectors(parameters, config, { start: 0, length: L });
  const embedded = embedTokens(inputs.tokens, parameters, { config, positions });
  let first = dropoutKey
    ? dropout(embedded, config.dropout, splitKey(dropoutKey, "embedding"), dropoutMask)
    : embedded;
  let second = first;
  for (let layer = 0; layer < config.numLayers; layer++) {
    const run = (name: "attention" | "feedForward", x: tf.Tensor2D) =>
      applyBranch(name, x, branch(branch(parameters, "layers"), layer), {
        config,
        shape: [B, L],
        rotation:
          config.positions === "rotary" ? rotationOf(positions, config.numHeads) : undefined,
        shift: config.tokenShift
          ? (_, y) => shiftTokens(y, { direction: config.direction, mask: inputs.paddingMask })
          : undefined,
        attend: ({ query, key, value }, ofAttention) =>
          attention(query, key, value, {
            config: config.attention,
            direction: config.direction,
            projection: projections[layer],
            parameters: ofAttention,
            paddingMask: inputs.paddingMask,
          }),
        dropout: dropoutKey && { key: splitKey(dropoutKey, "layer", layer), mask: dropoutMask },
      });
    first = tf.add(first, run("attention", second));
    second = tf.add(second, run("feedForward", first));
  }
  const hidden = applyNorm(
    tf.mul(tf.add(first, second), 0.5),
    parameters,
    "finalNorm",
    config.normEpsilon,
  );
  return tf.reshape(tokenLogits(hidden, parameters, config), [B, L, config.vocabularySize]);
}

type Logits = typeof plainLogits;
const reversibleLogits: Logits = (model, inputs, options) =>
  applyModel(model, inputs, options).logits;

function lossAndGradients(model: PerformerModel, logits: Logits, options: ApplyOptions = {}) {
  const flat = flattenTree(model.parameters);
  const names = Object.keys(flat);
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const parameters = unflattenTree(
      Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor])),
    );
    // made inside: a gradient that needs the mask must have kept it
    const mask = paddingMask();
    const scores = logits(
      { ...model, parameters },
      { tokens: tokens(), paddingMask: mask },
      options,
    );
    return crossEntropy(scores, drawTokens("targets", [B, L], 29), mask).lossSum;
  })(Object.values(flat));
  return { value, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]])) };
}

describeOnEachBackend("reversible layers", () => {
  describe.each(MECHANISMS)("%s, %s", (kind, direction) => {
    test.each([
      [0, "sinusoidal", false],
      [0.2, "sinusoidal", false],
      [0, "rotary", true],
    ] as const)(
      "dropout %d, %s positions, token shift %s: loss and gradients equal plain autodiff's",
      (rate, positions, tokenShift) => {
        // relu features that vanish leave a ratio of two small sums: any rounding is magnified there,
        // and plain autodiff differs from itself by more than 1e-5 between backends
        const model = createModel({
          attention: smoothConfig(kind),
          direction,
          dropout: rate,
          positions,
          tokenShift,
        });
        const options = rate > 0 ? { dropoutKey: randomKey(3) } : {};
        const plain = lossAndGradients(model, plainLogits, options);
        const actual = lossAndGradients(model, reversibleLogits, options);
        expectClose(actual.value, plain.value, { rtol: 1e-6, atol: 0 });
        expect(Object.keys(actual.gradients)).toEqual(Object.keys(plain.gradients));
        for (const [name, expected] of Object.entries(plain.gradients)) {
          const largest = tf.max(tf.abs(expected as tf.Tensor)).dataSync()[0] as number;
          expectClose(actual.gradients[name] as tf.Tensor, expected as tf.Tensor, {
            rtol: 1e-5,
            atol: 1e-5 * largest,
          });
        }
      },
    );

    test("a step leaves no tensor behind", async () => {
      const model = createModel({ attention: attentionConfig(kind), direction, dropout: 0.1 });
      const options = { dropoutKey: randomKey(1) };
      await expectConstantMemory(() =>
        tf.tidy(() => void lossAndGradients(model, reversibleLogits, options)),
      );
    });
  });

  /** x, and W of three couplings f(b) = sin(b W). */
  const smoothStack = (): [tf.Tensor2D, ...tf.Tensor2D[]] => [
    drawNormal("x", [5, 4]),
    ...["first", "second", "third"].map((name) => drawNormal<tf.Rank.R2>(name, [4, 4], 0.5)),
  ];
  const numbered = (tensors: tf.Tensor[]) => Object.fromEntries(Object.entries(tensors));
  const smoothCouplings = (count: number): Coupling[] =>
    Array.from({ length: count }, (_, i) => ({
      scope: `couplings/${i}`,
      parameters: [`${i}`],
      f: (x, tensors) => tf.sin(tf.matMul(x, tensors[`${i}`] as tf.Tensor2D)),
    }));

  test("gradients of the stack agree with finite differences", () => {
    const { normal } = createStream(randomKey(9));
    checkGradients<readonly tf.Tensor[]>(
      (x, ...weights) =>
        reversibleStack(x as tf.Tensor2D, {
          parameters: numbered(weights),
          constants: {},
          couplings: () => smoothCouplings(weights.length),
          after: asWritten,
        }),
      smoothStack(),
      { normal: () => normal() },
    );
  });

  test("what goes in comes back: 16 couplings backwards give the streams they started from", () => {
    const [x, ...weights] = smoothStack();
    const tensors = numbered(weights);
    const couplings = Array.from({ length: 16 }, (_, i) => smoothCouplings(3)[i % 3] as Coupling);
    const start: Streams = [x, drawNormal("other", [5, 4])];
    const end = coupleAll(start, couplings, tensors);
    const zeros = tf.zerosLike(x);
    let state: BackwardState = { streams: end, gradients: [zeros, zeros] };
    for (const one of couplings.toReversed()) state = uncouple(state, one, tensors).before;
    start.forEach((expected, i) => {
      const moved = tf.max(tf.abs(tf.sub(end[i] as tf.Tensor, expected))).dataSync()[0];
      expect(moved).toBeGreaterThan(1);
      expectClose(state.streams[i] as tf.Tensor, expected, { rtol: 1e-5, atol: 1e-5 });
    });
  });

  test("observe sees each layer once, the backward pass included", () => {
    const layers: number[] = [];
    lossAndGradients(createModel(), reversibleLogits, { observe: (layer) => layers.push(layer) });
    expect(layers).toEqual([0, 1, 2]);
  });
});

describe("memory of a step", () => {
  beforeAll(() => tf.setBackend("cpu"));

  /**
   * Largest sum of tensors during loss and gradients, less what must grow with the parameters: their
   * gradients, and the saved references to parameters and projections, which tf.memory counts as copies.
   */
  async function activationBytes(residual: "ordinary" | "reversible", numLayers: number) {
    const model = createModel({ residual, numLayers, dropout: 0.1 });
    const projections = model.projections.reduce((sum, { size }) => sum + size, 0);
    const started = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => {
      tf.tidy(() => void lossAndGradients(model, reversibleLogits, { dropoutKey: randomKey(1) }));
      return tf.scalar(0);
    });
    return peakBytes - started - 4 * (2 * countParameters(model.config) + projections);
  }

  test("reversible: depth adds nothing; ordinary: every layer adds its activations", async () => {
    const growth = async (residual: "ordinary" | "reversible") =>
      (await activationBytes(residual, 16)) - (await activationBytes(residual, 4));
    expect(await growth("reversible")).toBe(0);
    // of 12 layers at the least query, key, value, output and both sums, [B L, E] float32 each
    expect(await growth("ordinary")).toBeGreaterThan(12 * 6 * B * L * 16 * 4);
  });
});
