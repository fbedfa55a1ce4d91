/** Local heads beside linear attention: each group is what its own mechanism makes of its heads. */
import { attention, type Direction, drawProjection } from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawNormal } from "./support/draw.ts";

const favor = { mechanism: "favor", numFeatures: 12, chunkSize: 4 } as const;

describeOnEachBackend("local heads beside linear attention", () => {
  for (const direction of ["bidirectional", "causal"] satisfies Direction[]) {
    for (const localHeads of [1, 2]) {
      test(`${direction}, ${localHeads} of 3 heads: the first are those of the window, the others those of FAVOR+`, () => {
        const shape: [number, number, number, number] = [2, 11, 3, 4];
        const [query, key, value] = ["query", "key", "value"].map((name) =>
          drawNormal<tf.Rank.R4>(name, shape),
        ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
        const projection = drawProjection(
          "orthogonal",
          { numFeatures: 12, headSize: 4 },
          randomKey(3),
        );
        const paddingMask = tf.tensor2d([Array(11).fill(1), [...Array(7).fill(1), 0, 0, 0, 0]]);
        const run = (config: unknown) =>
          attention(query, key, value, {
            config: AttentionConfig.parse(config),
            direction,
            projection,
            paddingMask,
          });
        const both = run({ ...favor, localHeads, localWindow: 2 });
        const heads = (x: tf.Tensor4D, from: number, count: number) =>
          tf.slice(x, [0, 0, from, 0], [-1, -1, count, -1]);
        expectClose(
          heads(both, 0, localHeads),
          heads(run({ mechanism: "local", window: 2 }), 0, localHeads),
          { rtol: 1e-6, atol: 1e-7 },
        );
        expectClose(
          heads(both, localHeads, 3 - localHeads),
          heads(run(favor), localHeads, 3 - localHeads),
          { rtol: 1e-5, atol: 1e-6 },
        );
        // the two mechanisms differ, or the comparison would say nothing
        const difference = tf.max(
          tf.abs(tf.sub(run({ mechanism: "local", window: 2 }), run(favor))),
        );
        expect(difference.dataSync()[0]).toBeGreaterThan(0.1);
      });
    }
  }
});
