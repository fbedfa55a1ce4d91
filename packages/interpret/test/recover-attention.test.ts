import {
  type AttentionState,
  applyModel,
  attention,
  flattenTree,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import { collateSequences } from "@performer/proteins";
import type { AttentionConfig } from "@performer/schema";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { attentionBlocks, recoverAttention } from "../src/recover-attention.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const sequence = drawSequence(21);
const L = sequence.length + 2;

/** Query, key, value [1, L, H, D] of each layer. */
function observe(model: PerformerModel): AttentionState[] {
  const states: AttentionState[] = [];
  const { tokens } = collateSequences([sequence], { length: L });
  applyModel(
    model,
    { tokens: tf.tensor2d(tokens, [1, L], "int32") },
    {
      observe: (_, { query, key, value }) =>
        states.push({
          query: tf.keep(query.clone()),
          key: tf.keep(key.clone()),
          value: tf.keep(value.clone()),
        }),
    },
  );
  return states;
}

/** [L][D] of one head as float64. */
const headOf = (x: tf.Tensor4D, head: number) =>
  (x.arraySync()[0] as number[][][]).map((position) => position[head] as number[]);
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

interface Pair {
  readonly q: number[];
  readonly k: number[];
  /** Positions of the query and of the key. */
  readonly i: number;
  readonly j: number;
}

/** The mechanism's weight of a key for a query, up to a factor that depends on the query alone. */
function weightOf(config: AttentionConfig, W: number[][], head: number): (pair: Pair) => number {
  const softmaxKernel = ({ q, k }: Pair) => Math.exp(dot(q, k) / Math.sqrt(q.length));
  switch (config.mechanism) {
    case "exact":
      return softmaxKernel;
    case "local":
      return (pair) => (Math.abs(pair.i - pair.j) <= config.window ? softmaxKernel(pair) : 0);
    case "sparse": {
      const { window, numGlobal } = config;
      const block = (position: number) => Math.floor(position / window);
      const sees = ({ i, j }: Pair) =>
        Math.abs(i - j) <= window ||
        Math.min(i, j) < numGlobal ||
        W[block(i)]?.includes(block(j)) === true;
      return (pair) => (sees(pair) ? softmaxKernel(pair) : 0);
    }
    case "identity":
      return ({ i, j }) => Number(i === j);
    case "favor": {
      const { localHeads, localWindow } = config;
      if (head < localHeads) {
        return (pair) => (Math.abs(pair.i - pair.j) <= localWindow ? softmaxKernel(pair) : 0);
      }
      const phi = featuresOf(config, W);
      return ({ q, k }) => dot(phi(q), phi(k));
    }
    case "lsh":
    case "linformer":
      throw new Error(`weightOf: ${config.mechanism} has no map over positions here`);
    default:
      return config satisfies never;
  }
}

type FavorConfig = Extract<AttentionConfig, { mechanism: "favor" }>;

function featuresOf({ featureMap }: FavorConfig, W: number[][]) {
  if (featureMap.kind === "relu") {
    return (x: number[]) => W.map((w) => Math.max(0, dot(w, x)) + featureMap.kernelEpsilon);
  }
  return (x: number[]) => {
    const scaled = x.map((value) => value * x.length ** -0.25);
    return W.map((w) => Math.exp(dot(w, scaled) - dot(scaled, scaled) / 2));
  };
}

/** Quadratic attention map in float64, row-major. */
function referenceMap(model: PerformerModel, state: AttentionState, layer: number, head: number) {
  const W = (model.projections[layer]?.arraySync() ?? []) as number[][];
  const weight = weightOf(model.config.attention, W, head);
  const [q, k] = [headOf(state.query, head), headOf(state.key, head)];
  return q.flatMap((row, i) => {
    const weights = k.map((column, j) =>
      model.config.direction === "causal" && j > i ? 0 : weight({ q: row, k: column, i, j }),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((value) => value / sum);
  });
}

const rowSums = (map: Float32Array, length: number) =>
  Array.from({ length }, (_, i) =>
    map.subarray(i * length, (i + 1) * length).reduce((sum, x) => sum + x, 0),
  );

describe.each(Object.keys(mechanisms))("%s", (mechanism) => {
  describe.each(["bidirectional", "causal"] as const)("%s", (direction) => {
    const create = () => tinyModel({ attention: mechanisms[mechanism] as never, direction });

    test("maps equal the quadratic kernel attention in float64", async () => {
      const model = create();
      const { maps } = await recoverAttention(model, sequence, {
        keepSpecials: true,
        blockRows: 8,
      });
      observe(model).forEach((state, layer) => {
        for (let head = 0; head < 2; head++) {
          expectClose(
            maps[layer]?.[head] as Float32Array,
            referenceMap(model, state, layer, head),
            { rtol: 1e-4, atol: 1e-6 },
          );
        }
      });
    });

    test("A · V equals the layer's attention output", async () => {
      const model = create();
      const { maps } = await recoverAttention(model, sequence, {
        keepSpecials: true,
        blockRows: 8,
      });
      observe(model).forEach((state, layer) => {
        const output = attention(state.query, state.key, state.value, {
          config: model.config.attention,
          direction,
          projection: model.projections[layer],
        });
        for (let head = 0; head < 2; head++) {
          const map = maps[layer]?.[head] as Float32Array;
          const value = headOf(state.value, head);
          const product = Array.from({ length: L }, (_, i) =>
            (value[0] as number[]).map((_, d) =>
              value.reduce(
                (sum, row, j) => sum + (map[i * L + j] as number) * (row[d] as number),
                0,
              ),
            ),
          );
          expectClose(product, headOf(output, head), { rtol: 1e-5, atol: 1e-5 });
        }
      });
    });

    test("rows sum to 1 with the specials; without them nothing is renormalised", async () => {
      const model = create();
      const whole = await recoverAttention(model, sequence, { keepSpecials: true, blockRows: 8 });
      const inner = await recoverAttention(model, sequence);
      expect([whole.length, inner.length]).toEqual([L, L - 2]);
      whole.maps.flat().forEach((map, index) => {
        expectClose(rowSums(map, L), new Array<number>(L).fill(1), { rtol: 0, atol: 1e-5 });
        const expected = Array.from({ length: L - 2 }, (_, i) =>
          map.slice((i + 1) * L + 1, (i + 2) * L - 1),
        ).flatMap((row) => [...row]);
        expect([...(inner.maps.flat()[index] as Float32Array)]).toEqual(expected);
        // the first residue sees the special beside it, unless it sees itself alone
        const [first] = rowSums(inner.maps.flat()[index] as Float32Array, L - 2);
        if (mechanism === "identity") expect(first).toBe(1);
        else expect(first).toBeLessThan(1);
      });
    });
  });
});

test("causal maps are exactly zero above the diagonal", async () => {
  const { maps } = await recoverAttention(tinyModel({ direction: "causal" }), sequence);
  for (const map of maps.flat()) {
    for (let i = 0; i < 21; i++) {
      for (let j = i + 1; j < 21; j++) expect(map[i * 21 + j]).toBe(0);
    }
  }
});

test("blocks cover each row of each layer once, the last one shorter", () => {
  const blocks = [...attentionBlocks(tinyModel(), sequence, { blockRows: 8 })];
  expect(blocks.map(({ layer, firstRow, weights }) => [layer, firstRow, ...weights.shape])).toEqual(
    [
      [0, 0, 2, 8, 21],
      [0, 8, 2, 8, 21],
      [0, 16, 2, 5, 21],
      [1, 0, 2, 8, 21],
      [1, 8, 2, 8, 21],
      [1, 16, 2, 5, 21],
    ],
  );
});

test("the size of the blocks does not change the maps", async () => {
  const model = tinyModel({ direction: "causal", attention: mechanisms["softmax"] as never });
  const whole = await recoverAttention(model, sequence);
  for (const blockRows of [1, 5, 100]) {
    const { maps } = await recoverAttention(model, sequence, { blockRows });
    maps.flat().forEach((map, index) => {
      expectClose(map, whole.maps.flat()[index] as Float32Array, { rtol: 1e-6, atol: 1e-7 });
    });
  }
});

test("keys thirty times as large give finite causal maps whose rows sum to 1", async () => {
  const model = tinyModel({ direction: "causal", attention: mechanisms["softmax"] as never });
  const parameters = flattenTree(model.parameters);
  for (const layer of [0, 1]) {
    const name = `layers/${layer}/attention/key/kernel`;
    parameters[name] = tf.mul(parameters[name] as tf.Tensor, 30);
  }
  const large = { ...model, parameters: unflattenTree(parameters) };
  const { maps } = await recoverAttention(large, sequence, { keepSpecials: true });
  for (const map of maps.flat()) {
    expectClose(rowSums(map, L), new Array<number>(L).fill(1), { rtol: 0, atol: 1e-5 });
  }
});

test("timers run between blocks of a long recovery", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  await recoverAttention(tinyModel({ numLayers: 8 }), drawSequence(62), { blockRows: 4 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

test.each(["lsh", "linformer"] as const)(
  "a map of %s is refused, with the mechanisms that have one",
  async (mechanism) => {
    const attention = mechanism === "lsh" ? { mechanism } : { mechanism, rank: 8 };
    await expect(recoverAttention(tinyModel({ attention }), sequence)).rejects.toThrow(
      `(favor, exact, local, sparse, identity), got "${mechanism}"`,
    );
  },
);

test("a model without its projections is refused", async () => {
  const model = { ...tinyModel(), projections: [] };
  await expect(recoverAttention(model, sequence)).rejects.toThrow("projection");
});

test("no tensor is left, whether all blocks are read or the reader stops early", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await recoverAttention(model, sequence);
    for (const _ of attentionBlocks(model, sequence)) break;
  });
});

test("an empty sequence, one too long for the model, and maps too large are refused", async () => {
  const model = tinyModel();
  await expect(recoverAttention(model, new Uint8Array(0))).rejects.toThrow(
    "attentionBlocks: expected at least one residue",
  );
  await expect(recoverAttention(model, drawSequence(63))).rejects.toThrow("maxLength 64, got 65");
  await expect(recoverAttention(model, new Uint8Array(10_000))).rejects.toThrow(
    "read them block by block with attentionBlocks",
  );
});
