/** What every attention mechanism must satisfy, whatever its numbers. */
import { attention, attentionFeatures, type Direction } from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { checkGradients, expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  AVERAGING,
  attend,
  attentionConfig,
  DIRECTIONS,
  drawInputs,
  drawLayer,
  type Kind,
  MECHANISMS,
  readBy,
  smoothConfig,
} from "./support/attention-cases.ts";
import { describeOnEachBackend, loadBackend } from "./support/backends.ts";
import { drawNormal } from "./support/draw.ts";

const TOLERANCE = { rtol: 2e-5, atol: 2e-6 };
const FAVOR = ["relu", "softmax-positive"] as const;

/** [2, L]: the second sequence ends at `length`. */
const paddingMask = (L: number, length: number) =>
  tf.tensor2d([...Array(L).fill(1), ...Array(L).fill(1).fill(0, length)], [2, L]);
/** Entries from position `start` on replaced by those of `other`. */
const splice = (x: tf.Tensor4D, other: tf.Tensor4D, start: number) =>
  tf.concat(
    [tf.slice(x, [0, 0], [-1, start]), tf.slice(other, [0, start], [-1, -1])],
    1,
  ) as tf.Tensor4D;
const allFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);

describeOnEachBackend("attention", () => {
  describe.each(AVERAGING.flatMap((kind) => DIRECTIONS.map((order) => [kind, order] as const)))(
    "%s, %s",
    (kind, direction) => {
      test("rows of the implied matrix sum to 1: constant values pass unchanged", () => {
        const inputs = drawInputs(9);
        const value = tf.fill([2, 9, 2, 4], 3) as tf.Tensor4D;
        const layer = drawLayer(attentionConfig(kind), direction);
        expectClose(attend({ ...inputs, value }, layer), value, TOLERANCE);
      });

      test("outputs of inputs times 30 lie between the values", () => {
        const inputs = drawInputs(9, 30);
        const output = attend(inputs, drawLayer(attentionConfig(kind), direction));
        expect(tf.max(tf.abs(output)).dataSync()[0]).toBeLessThanOrEqual(
          (tf.max(tf.abs(inputs.value)).dataSync()[0] as number) * 1.0001,
        );
      });
    },
  );

  describe.each(MECHANISMS)("%s, %s", (kind, direction) => {
    test("padded keys are not felt, and padded positions give zero", () => {
      const inputs = drawInputs(9);
      const mask = paddingMask(9, 6);
      const layer = drawLayer(attentionConfig(kind), direction);
      const padded = attend(inputs, { ...layer, paddingMask: mask });
      const alone = (x: tf.Tensor4D) => tf.slice(x, [1, 0], [1, 6]) as tf.Tensor4D;
      const short = {
        query: alone(inputs.query),
        key: alone(inputs.key),
        value: alone(inputs.value),
      };
      expectClose(alone(padded), attend(short, layer), TOLERANCE);
      expectClose(tf.slice(padded, [1, 6]), tf.zeros([1, 3, 2, 4]), { rtol: 0, atol: 0 });
    });

    test("a row of padding alone gives zeros and finite gradients", () => {
      const { query, key, value } = drawInputs(5);
      const options = {
        ...drawLayer(attentionConfig(kind), direction),
        paddingMask: tf.zeros([2, 5]) as tf.Tensor2D,
      };
      expectClose(attention(query, key, value, options), tf.zeros([2, 5, 2, 4]), {
        rtol: 0,
        atol: 0,
      });
      const { inputs, run } = readBy(kind, { query, key, value }, (read) =>
        attention(read.query, read.key, read.value, options),
      );
      for (const gradient of tf.grads(run)(inputs)) {
        expectClose(gradient, tf.zeros([2, 5, 2, 4]));
      }
    });

    test("inputs times 30 give no NaN, forward or backward, with and without padding", () => {
      const { query, key, value } = drawInputs(9, 30);
      const layer = drawLayer(attentionConfig(kind), direction);
      for (const mask of [undefined, paddingMask(9, 4)]) {
        const { inputs, run } = readBy(kind, { query, key, value }, (read) =>
          attention(read.query, read.key, read.value, { ...layer, paddingMask: mask }),
        );
        expect(allFinite(run(...inputs))).toBe(true);
        expect(tf.grads(run)(inputs).every(allFinite)).toBe(true);
      }
    });

    test("gradients agree with finite differences, through chunks and padding", () => {
      const { query, key, value } = drawInputs(9);
      const { normal } = createStream(randomKey(4));
      const layer = drawLayer(smoothConfig(kind), direction);
      const { inputs, run } = readBy(kind, { query, key, value }, (read) =>
        attention(read.query, read.key, read.value, { ...layer, paddingMask: paddingMask(9, 7) }),
      );
      checkGradients(run, inputs, { normal, step: 1e-3 });
    });

    test("no tensor is left behind", async () => {
      const { query, key, value } = drawInputs(9);
      const layer = drawLayer(attentionConfig(kind), direction);
      const { inputs, run } = readBy(kind, { query, key, value }, (read) =>
        attention(read.query, read.key, read.value, layer),
      );
      await expectConstantMemory(() => tf.dispose(tf.grads(run)(inputs)));
    });
  });

  describe.each(AVERAGING)("causal %s", (kind) => {
    // sorting moves a position's keys about within its sums when later positions change
    const tolerance = kind === "lsh" ? { rtol: 1e-5, atol: 1e-6 } : { rtol: 0, atol: 0 };

    test("output at i is unchanged when positions after i change, to the bit unless sorted", () => {
      const inputs = drawInputs(11);
      const options = drawLayer(attentionConfig(kind), "causal");
      const before = attend(inputs, options);
      // far larger keys would move a maximum over the whole sequence, and with it the stabiliser
      const later = drawInputs(11, 50);
      for (const start of [1, 4, 6, 10]) {
        const after = attend(
          {
            query: splice(inputs.query, later.query, start),
            key: splice(inputs.key, later.key, start),
            value: splice(inputs.value, later.value, start),
          },
          options,
        );
        const head = (x: tf.Tensor4D) => tf.slice(x, [0, 0], [-1, start]);
        expectClose(head(after), head(before), tolerance);
      }
    });
  });

  describe.each(FAVOR)("causal %s", (kind) => {
    test.each([
      ["a divisor of L", 60, 12],
      ["no divisor of L", 60, 7],
      ["longer than L", 60, 64],
      ["one position, so that the states are chunked twice over", 300, 1],
    ])("the chunk size does not change the result: %s", (_, length, chunkSize) => {
      const { query, key, value, projection } = drawInputs(length);
      // keys that grow along the sequence make the rescaling work
      const ramp = tf.reshape(tf.linspace(0.2, 6, length), [1, length, 1, 1]);
      const inputs: [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] = [query, tf.mul(key, ramp), value];
      const upstream = drawNormal<tf.Rank.R4>("upstream", [2, length, 2, 4]);
      const run = (size: number) => (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
        attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, {
          config: attentionConfig(kind, size),
          direction: "causal",
          projection,
        });
      const loose = { rtol: 1e-4, atol: 1e-5 };
      expectClose(run(chunkSize)(...inputs), run(20)(...inputs), loose);
      const expected = tf.grads(run(20))(inputs, upstream);
      tf.grads(run(chunkSize))(inputs, upstream).forEach((gradient, i) => {
        expectClose(gradient, expected[i] as tf.Tensor, { rtol: 1e-3, atol: 1e-4 });
      });
    });
  });

  describe.each(FAVOR.flatMap((kind) => DIRECTIONS.map((direction) => [kind, direction] as const)))(
    "features of %s, %s",
    (kind, direction) => {
      test("they are positive, and zero exactly at padded keys", () => {
        const { query, key, projection } = drawInputs(6);
        const { queryFeatures, keyFeatures } = attentionFeatures(query, key, {
          config: attentionConfig(kind),
          direction,
          projection,
          paddingMask: paddingMask(6, 4),
        });
        expect(queryFeatures.dataSync().every((x) => x > 0)).toBe(true);
        const expected = tf.tile(tf.reshape(paddingMask(6, 4), [2, 1, 6, 1]), [1, 2, 1, 6]);
        expectClose(tf.cast(tf.greater(keyFeatures, 0), "float32"), expected);
      });

      test("the quadratic matrix made of them gives the layer's output, rows summing to 1", () => {
        const { query, key, value, projection } = drawInputs(9);
        const config = attentionConfig(kind);
        const mask = paddingMask(9, 7);
        const { queryFeatures, keyFeatures, keyLogScale } = attentionFeatures(query, key, {
          config,
          direction,
          projection,
          paddingMask: mask,
        });
        let weights = tf.matMul(queryFeatures, keyFeatures, false, true);
        if (keyLogScale) {
          const later = tf.transpose(keyLogScale, [0, 1, 3, 2]);
          weights = tf.mul(weights, tf.exp(tf.minimum(tf.sub(later, keyLogScale), 0)));
        }
        if (direction === "causal") weights = tf.linalg.bandPart(weights, -1, 0);
        const matrix = tf.div(weights, tf.sum(weights, -1, true));
        expectClose(tf.sum(matrix, -1), tf.ones([2, 2, 9]), TOLERANCE);
        const spread = tf.reshape(mask, [2, 9, 1, 1]);
        const output = tf.transpose(
          tf.matMul(matrix, tf.transpose(value, [0, 2, 1, 3])),
          [0, 2, 1, 3],
        );
        const layer = attention(query, key, value, {
          config,
          direction,
          projection,
          paddingMask: mask,
        });
        expectClose(layer, tf.mul(output, spread), TOLERANCE);
      });
    },
  );
});

describe("memory", () => {
  // the cpu backend's kernel for the gradient of gather keeps a copy of its input for every row
  beforeAll(async () => {
    await loadBackend("wasm");
  });

  /** Peak of a forward and backward pass, bytes beyond those held before. */
  const peakBytes = async (kind: Kind, direction: Direction, length: number) => {
    const { query, key, value } = drawInputs(length);
    const layer = drawLayer(attentionConfig(kind, 8), direction, length);
    const { inputs, run } = readBy(kind, { query, key, value }, (read) =>
      attention(read.query, read.key, read.value, layer),
    );
    const before = tf.memory().numBytes;
    const { peakBytes: peak } = await tf.profile(() => tf.tidy(() => tf.grads(run)(inputs)));
    return peak - before;
  };

  test.each(MECHANISMS)("%s, %s: twice the length takes twice the memory", async (kind, order) => {
    const ratio = (await peakBytes(kind, order, 512)) / (await peakBytes(kind, order, 256));
    if (kind === "exact") expect(ratio).toBeGreaterThan(3.5);
    else expect(ratio).toBeLessThan(2.1);
  });
});

describe("attention refuses", () => {
  beforeAll(() => tf.setBackend("cpu"));
  const config = attentionConfig("relu");

  test("keys of another shape than the query", () => {
    const { query, value, projection } = drawInputs(5);
    const key = drawInputs(4).key;
    const run = () => attention(query, key, value, { config, direction: "causal", projection });
    expect(run).toThrow("attention: expected key of the query's shape [2,5,2,4], got [2,4,2,4]");
  });

  test("a missing projection, or one for another head size", () => {
    const { query, key, value } = drawInputs(5);
    const run = (projection?: tf.Tensor2D) =>
      attention(query, key, value, { config, direction: "causal", projection });
    expect(() => run()).toThrow(/expected a projection \[M, 4\], got none; draw one/);
    expect(() => run(tf.zeros([6, 3]))).toThrow("expected a projection [M, 4], got [6,3]");
  });

  test("a padding mask of another shape", () => {
    const inputs = drawInputs(5);
    const mask = tf.ones([2, 4]) as tf.Tensor2D;
    const run = () => attend(inputs, { ...drawLayer(config, "causal"), paddingMask: mask });
    expect(run).toThrow("attention: expected paddingMask [2, 5] (one entry a position), got [2,4]");
  });

  test("features of exact attention, which has none", () => {
    const { query, key, projection } = drawInputs(5);
    const run = () =>
      attentionFeatures(query, key, { config: attentionConfig("exact"), projection });
    expect(run).toThrow(/attentionFeatures: expected mechanism "favor", got "exact"/);
  });
});
