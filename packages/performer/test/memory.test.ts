/** How the memory of FAVOR+ grows with L, forward and backward: counted by tfjs, to the byte. */
import { attention } from "@performer/performer";
import { type AttentionConfig, featureMapKinds } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { DIRECTIONS, drawInputs, favorConfig } from "./support/attention-cases.ts";

interface Pass {
  readonly config: AttentionConfig;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly pass: "forward" | "backward";
}

/** The most bytes that tensors held at once, the inputs excluded. */
async function peakBytes({ config, direction, pass }: Pass, length: number): Promise<number> {
  const { query, key, value, projection } = drawInputs(length);
  const inputs = [query, key, value] as const;
  const run = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, {
      config,
      direction,
      projection,
    });
  const before = tf.memory().numBytes;
  const { peakBytes: peak } = await tf.profile(() =>
    tf.tidy(() => (pass === "forward" ? run(...inputs) : tf.grads(run)([...inputs]))),
  );
  tf.dispose([...inputs, projection]);
  return peak - before;
}

/**
 * What doubling L adds, relative to what the doubling before added: 2 is linear, 4 quadratic, as exact
 * attention is by the same measure (attention-laws.test.ts). Levels of chunk states round it by a few per cent.
 */
async function growth(pass: Pass): Promise<number> {
  const [a, b, c] = [
    await peakBytes(pass, 256),
    await peakBytes(pass, 512),
    await peakBytes(pass, 1024),
  ];
  return (c - b) / (b - a);
}

describe("peak memory", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test.each(featureMapKinds)(
    "%s: linear in L, forward and backward, both directions",
    async (kind) => {
      for (const direction of DIRECTIONS) {
        for (const pass of ["forward", "backward"] as const) {
          const measured = await growth({ config: favorConfig(kind, 16), direction, pass });
          expect(measured).toBeGreaterThan(1.8);
          expect(measured).toBeLessThan(2.02);
        }
      }
    },
  );
});
