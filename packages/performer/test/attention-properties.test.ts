/** The laws of FAVOR+ on random shapes: every feature map, projection, direction and padding. */
import { attention, attentionFeatures } from "@performer/performer";
import { featureMapKinds } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { createRecurrence } from "../src/decoding/recurrence.ts";
import { isPositive } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { forRandomCases, impliedMatrix, type RandomCase } from "./support/random-case.ts";

const TOLERANCE = { rtol: 3e-5, atol: 3e-6 };

const attend = ({ query, key, value, options }: RandomCase) =>
  attention(query, key, value, options);

/** Gradients of query, key and value. */
function gradientsOf(
  { query, key, value, options }: RandomCase,
  upstream?: tf.Tensor,
): tf.Tensor[] {
  const run = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, options);
  return tf.grads(run)([query, key, value], upstream);
}

/** 1 at positions that take part, [B, L, 1, 1]. */
const takesPart = ({ paddingMask }: RandomCase) =>
  tf.reshape(paddingMask, [...paddingMask.shape, 1, 1]);

/** [B, L, H, 1]; 1 for exact attention and positive features. */
const shareOf = (one: RandomCase) =>
  isPositive(one.kind) ? tf.scalar(1) : impliedMatrix(one).share;

const largest = (x: tf.Tensor) => tf.max(tf.abs(x)).dataSync()[0] as number;
const allFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);
/** Sequence b alone, without its padding. */
const alone = (x: tf.Tensor4D, b: number, length: number) =>
  tf.slice(x, [b, 0], [1, length]) as tf.Tensor4D;

describeOnEachBackend("FAVOR+ at random", () => {
  describe.each(featureMapKinds)("%s", (kind) => {
    test("rows of the implied matrix sum to 1: constant values pass unchanged", () => {
      forRandomCases(kind, (one) => {
        const value = tf.fill(one.value.shape, 3) as tf.Tensor4D;
        const share = shareOf(one);
        // where cancellation leaves a denominator near its floor, a row sums to less
        const counts = tf.mul(share, tf.cast(tf.greater(share, 1.1e-3), "float32"));
        const expected = tf.mul(tf.mul(value, takesPart(one)), counts);
        expectClose(tf.mul(attend({ ...one, value }), counts), expected, TOLERANCE);
      });
    });

    test("a sequence alone, padded, and in a shuffled batch gives the same output", () => {
      forRandomCases(kind, (one) => {
        const { query, key, value, options, lengths } = one;
        const output = attend(one);
        const share = shareOf(one);
        const turned = (x: tf.Tensor) => tf.reverse(x, 0) as tf.Tensor4D;
        const shuffled = attention(turned(query), turned(key), turned(value), {
          ...options,
          paddingMask: tf.reverse(one.paddingMask, 0),
        });
        expectClose(tf.mul(turned(shuffled), share), tf.mul(output, share), TOLERANCE);
        lengths.forEach((length, b) => {
          const padding = tf.slice(output, [b, length], [1, -1]);
          expectClose(padding, tf.zerosLike(padding), { rtol: 0, atol: 0 });
          if (length === 0) return;
          const [q, k, v] = [query, key, value].map((x) => alone(x, b, length)) as [
            tf.Tensor4D,
            tf.Tensor4D,
            tf.Tensor4D,
          ];
          const single = attention(q, k, v, { ...options, paddingMask: undefined });
          const counts = share.rank === 4 ? alone(share as tf.Tensor4D, b, length) : share;
          expectClose(tf.mul(alone(output, b, length), counts), tf.mul(single, counts), TOLERANCE);
        });
      });
    });

    test("inputs times 30 give no NaN, forward or backward, and outputs are bounded by values", () => {
      forRandomCases(kind, (one) => {
        const large = {
          ...one,
          query: tf.mul<tf.Tensor4D>(one.query, 30),
          key: tf.mul<tf.Tensor4D>(one.key, 30),
          value: tf.mul<tf.Tensor4D>(one.value, 30),
        };
        const output = attend(large);
        expect(allFinite(output)).toBe(true);
        // a convex combination of values, or at least one whose weights are at most 1000
        const bound = isPositive(kind) ? 1 : 1000;
        expect(largest(output)).toBeLessThanOrEqual(bound * largest(large.value) * 1.001);
        expect(gradientsOf(large).every(allFinite)).toBe(true);
      });
    });

    test("linear attention equals masked quadratic attention with the same features", () => {
      forRandomCases(kind, (one) => {
        const { matrix, share } = impliedMatrix(one);
        const product = tf.matMul(matrix, tf.transpose(one.value, [0, 2, 1, 3]));
        const expected = tf.mul(tf.transpose(product, [0, 2, 1, 3]), takesPart(one));
        expectClose(tf.mul(attend(one), share), tf.mul(expected, share), TOLERANCE);
      });
    });

    test("chunks do not change the output, nor the gradients", () => {
      forRandomCases(kind, (one) => {
        const { options, upstream } = one;
        const whole: RandomCase = {
          ...one,
          options: { ...options, config: { ...options.config, chunkSize: 1024 } as never },
        };
        const share = shareOf(one);
        expectClose(tf.mul(attend(one), share), tf.mul(attend(whole), share), TOLERANCE);
        // a gradient loses the digits of the denominator twice
        const weighted = tf.mul(upstream, tf.square(share));
        const expected = gradientsOf(whole, weighted);
        gradientsOf(one, weighted).forEach((gradient, i) => {
          expectClose(gradient, expected[i] as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
        });
      });
    });

    test("causal: output at i is unchanged, to the bit, when positions after i change", () => {
      forRandomCases(kind, (one) => {
        const options = { ...one.options, direction: "causal" } as const;
        const before = attend({ ...one, options });
        const L = one.query.shape[1];
        const start = Math.floor(L / 2);
        // far larger keys would move a maximum over the whole sequence, and with it the stabiliser
        const later = (x: tf.Tensor4D) =>
          tf.concat(
            [tf.slice(x, [0, 0], [-1, start]), tf.mul(tf.slice(x, [0, start]), -40)],
            1,
          ) as tf.Tensor4D;
        const after = attend({
          ...one,
          options,
          query: later(one.query),
          key: later(one.key),
          value: later(one.value),
        });
        const head = (x: tf.Tensor4D) => tf.slice(x, [0, 0], [-1, start]);
        expectClose(head(after), head(before), { rtol: 0, atol: 0 });
      });
    });

    test("causal: decoding after a prompt of half the positions equals the parallel form", () => {
      forRandomCases(kind, (whole) => {
        const options = { ...whole.options, direction: "causal", paddingMask: undefined } as const;
        const one = { ...whole, options };
        const [B, L, H, D] = one.query.shape;
        const expected = attend(one);
        const byHead = (x: tf.Tensor4D, start: number, length: number) =>
          tf.transpose(tf.slice(x, [0, start], [-1, length]), [0, 2, 1, 3]) as tf.Tensor4D;
        const recurrence = createRecurrence({
          config: options.config,
          projection: options.projection,
          numHeads: H,
          headSize: D,
        });
        const prompt = Math.floor(L / 2);
        let state =
          prompt === 0
            ? recurrence.start(B)
            : recurrence.absorb(byHead(one.key, 0, prompt), byHead(one.value, 0, prompt));
        const outputs: tf.Tensor4D[] = [];
        for (let position = prompt; position < L; position++) {
          const at = (x: tf.Tensor4D) => byHead(x, position, 1);
          const step = recurrence.step(state, {
            query: at(one.query),
            key: at(one.key),
            value: at(one.value),
          });
          outputs.push(step.output);
          state = step.state;
        }
        const decoded = tf.transpose(tf.concat(outputs, 2), [0, 2, 1, 3]);
        const part = (x: tf.Tensor) =>
          x.rank === 4 ? tf.slice(x, [0, prompt], [-1, L - prompt]) : x;
        const share = part(shareOf(one));
        expectClose(tf.mul(decoded, share), tf.mul(part(expected), share), TOLERANCE);
      });
    });

    test("features have their stated sign, and are zero at padded keys", () => {
      forRandomCases(kind, (one) => {
        const { query, key, options } = one;
        const { queryFeatures, keyFeatures } = attentionFeatures(query, key, {
          ...options,
          projection: options.projection as tf.Tensor2D,
        });
        const spread = tf.reshape(one.paddingMask, [2, 1, query.shape[1], 1]);
        const padded = tf.mul(keyFeatures, tf.sub(1, spread));
        expect(largest(padded)).toBe(0);
        if (!isPositive(kind)) return;
        expect(queryFeatures.dataSync().every((x) => x > 0)).toBe(true);
        const kept = tf.add(keyFeatures, tf.sub(1, spread));
        expect(kept.dataSync().every((x) => x > 0)).toBe(true);
      });
    });
  });
});
