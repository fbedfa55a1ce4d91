/** Exact attention in blocks of rows, as it is computed where the whole matrix would be large. */
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { exactAttention } from "../src/exact-attention.ts";
import type { Direction } from "../src/feature-map.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawNormal } from "./support/draw.ts";

const [B, H, L, D] = [2, 3, 11, 4];
const ROUNDING = { rtol: 1e-6, atol: 1e-6 };

describeOnEachBackend("exact attention in blocks", () => {
  const inputs = (length = L) =>
    ["query", "key", "value"].map((name) => drawNormal<tf.Rank.R4>(name, [B, H, length, D])) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
  const padding = () =>
    tf.tensor4d(
      [0, 4].flatMap((padded) => Array.from({ length: L }, (_, i) => Number(i < L - padded))),
      [B, 1, L, 1],
    );

  for (const direction of ["bidirectional", "causal"] satisfies Direction[]) {
    for (const padded of [false, true]) {
      // one row at a time, four (the last block has three), and all of them
      test.each([1, 4, L])(
        `${direction}, ${padded ? "padded" : "whole rows"}: blocks of %i rows are what one is`,
        (rows) => {
          const mask = padded ? padding() : null;
          const run = (blockSize: number) =>
            exactAttention(...inputs(), { direction, mask, blockSize });
          expectClose(run(B * H * L * rows), run(B * H * L * L), ROUNDING);
        },
      );
    }
  }

  test("blocks of one row never hold the matrix, of which one block holds two: scores and weights", async () => {
    const length = 64;
    const matrix = B * H * length ** 2;
    const tensors = inputs(length);
    const peak = async (blockSize: number) => {
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() =>
        tf.tidy(() => exactAttention(...tensors, { direction: "causal", mask: null, blockSize })),
      );
      return (peakBytes - before) / 4;
    };
    expect(await peak(1)).toBeLessThan(matrix);
    expect(await peak(matrix)).toBeGreaterThan(2 * matrix);
  });
});
