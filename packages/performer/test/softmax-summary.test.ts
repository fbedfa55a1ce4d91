/** The standalone softmax: its sums against float64, and its errors against the errors it makes. */
import {
  addToSummary,
  createSoftmaxSummary,
  disposeSummary,
  drawProjection,
  querySummary,
  type SoftmaxSummary,
} from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawNormal } from "./support/draw.ts";

const [D, V, K, Q] = [8, 3, 40, 5];
/** Blocks of D features. */
const G = 16;

const draw = (name: string, rows: number, columns: number, scale = 1) =>
  drawNormal<tf.Rank.R2>(name, [rows, columns], scale);
const drawBlocks = (seed: number, blocks = G) =>
  drawProjection(
    "orthogonal",
    { numFeatures: blocks * D, headSize: D },
    splitKey(randomKey(21), seed),
  );
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const average = (x: readonly number[]) => sum(x) / x.length;

function summarize(
  projection: tf.Tensor2D,
  keys: tf.Tensor2D,
  values: tf.Tensor2D,
  scale?: number,
): SoftmaxSummary {
  const empty = createSoftmaxSummary({
    projection,
    valueSize: values.shape[1],
    ...(scale !== undefined && { scale }),
  });
  return addToSummary(empty, keys, values);
}

/** Eq. S1-S4 in float64, feature by feature, with plain exponentials. */
function reference(W: number[][], q: number[], keys: number[][], values: number[][], s: number) {
  const feature = (w: number[], x: number[]) =>
    Math.exp(dot(w, x) / Math.sqrt(s) - dot(x, x) / (2 * s));
  const blocks = Array.from({ length: W.length / D }, (_, g) => W.slice(g * D, (g + 1) * D));
  const blockMean = (of: (w: number[]) => number) => blocks.map((rows) => average(rows.map(of)));
  const normalizers = blockMean((w) => feature(w, q) * sum(keys.map((k) => feature(w, k))));
  const Z = average(normalizers);
  const standardError = (deviations: number[]) =>
    Math.sqrt(sum(deviations.map((x) => x * x)) / (blocks.length * (blocks.length - 1))) / Z;
  const columns = (values[0] ?? []).map((_, v) => {
    const numerators = blockMean(
      (w) => feature(w, q) * sum(keys.map((k, j) => feature(w, k) * (values[j]?.[v] as number))),
    );
    const mean = average(numerators) / Z;
    const residuals = numerators.map((n, g) => n - mean * (normalizers[g] as number));
    return { mean, error: standardError(residuals) };
  });
  return {
    logNormalizer: Math.log(Z),
    relativeError: standardError(normalizers.map((z) => z - Z)),
    mean: columns.map(({ mean }) => mean),
    meanError: columns.map(({ error }) => error),
  };
}

describeOnEachBackend("softmax summary", () => {
  test.each([
    ["default, √D", undefined],
    ["1", 1],
    ["20", 20],
  ])("sums and errors are those of the float64 reference: scale %s", (_, scale) => {
    const [queries, keys] = [draw("queries", Q, D, 0.7), draw("keys", K, D, 0.7)];
    const [values, W] = [draw("values", K, V), drawBlocks(0)];
    const answers = querySummary(summarize(W, keys, values, scale), queries);
    const expected = queries
      .arraySync()
      .map((q) =>
        reference(W.arraySync(), q, keys.arraySync(), values.arraySync(), scale ?? Math.sqrt(D)),
      );
    for (const name of ["logNormalizer", "relativeError", "mean", "meanError"] as const) {
      const wanted = expected.map((each) => each[name]);
      expectClose(answers[name], wanted as number[], { rtol: 1e-4, atol: 1e-5 });
    }
  });

  test("keys may come in pieces, in any order; a summary stays as it was when more are added", () => {
    const [queries, keys] = [draw("queries", Q, D, 3), draw("keys", K, D, 3)];
    const [values, W] = [draw("values", K, V), drawBlocks(0)];
    const piece = (x: tf.Tensor2D, from: number, size: number) =>
      tf.slice(x, [from, 0], [size, -1]);
    const whole = summarize(W, keys, values);
    const first = summarize(W, piece(keys, 25, 15), piece(values, 25, 15));
    const early = querySummary(first, queries).mean.arraySync();
    let pieces = first;
    for (const [from, size] of [
      [0, 1],
      [1, 24],
    ] as const) {
      pieces = addToSummary(pieces, piece(keys, from, size), piece(values, from, size));
    }
    expect(pieces.count).toBe(K);
    const [got, wanted] = [querySummary(pieces, queries), querySummary(whole, queries)];
    for (const name of ["logNormalizer", "relativeError", "mean", "meanError"] as const) {
      expectClose(got[name], wanted[name], { rtol: 1e-4, atol: 1e-5 });
    }
    expect(querySummary(first, queries).mean.arraySync()).toEqual(early);
  });

  test("vectors times 30 give finite answers, and means between the values", () => {
    const [queries, keys] = [draw("queries", Q, D, 30), draw("keys", K, D, 30)];
    const values = draw("values", K, V);
    const { mean, ...others } = querySummary(summarize(drawBlocks(0), keys, values), queries);
    for (const tensor of [mean, ...Object.values(others)]) {
      expect(tensor.dataSync<"float32">().every(Number.isFinite)).toBe(true);
    }
    const bound = (tf.max(tf.abs(values)).dataSync()[0] as number) * 1.0001;
    expect(tf.max(tf.abs(mean)).dataSync()[0]).toBeLessThanOrEqual(bound);
  });

  test("no tensor is left behind", async () => {
    const [queries, keys] = [draw("queries", Q, D), draw("keys", K, D)];
    const [values, projection] = [draw("values", K, V), drawBlocks(0)];
    await expectConstantMemory(() => {
      const empty = createSoftmaxSummary({ projection, valueSize: V });
      const summary = addToSummary(empty, keys, values);
      tf.dispose({ ...querySummary(summary, queries) });
      disposeSummary(summary);
      disposeSummary(empty);
    });
  });
});

const DRAWS = 500;
/** Two-sided 95 % point of Student's t with 15 degrees of freedom, G - 1. */
const STUDENT = 2.131;

/**
 * Two queries against 40 keys: the truth in float64, and the answers of `DRAWS` projections.
 * @param size root mean square of an entry; |q|² / s is 2.8 times its square.
 */
function estimate(size: number) {
  const [queries, keys] = [draw("queries", 2, D, size), draw("keys", K, D, size)];
  const values = draw("values", K, V);
  const [keyRows, valueRows] = [keys.arraySync(), values.arraySync()];
  const exact = queries.arraySync().map((q) => {
    const weights = keyRows.map((k) => Math.exp(dot(q, k) / Math.sqrt(D)));
    const normalizer = sum(weights);
    const mean = Array.from({ length: V }, (_, v) => {
      return sum(weights.map((w, j) => w * (valueRows[j]?.[v] as number))) / normalizer;
    });
    return { normalizer, mean };
  });
  const answersWith = (seed: number, blocks = G) =>
    tf.tidy(() => {
      const answers = querySummary(summarize(drawBlocks(seed, blocks), keys, values), queries);
      const relative = answers.relativeError.arraySync();
      const normalizer = answers.logNormalizer.arraySync().map(Math.exp);
      return {
        normalizer,
        relative,
        normalizerError: normalizer.map((z, i) => z * (relative[i] as number)),
        mean: answers.mean.arraySync(),
        meanError: answers.meanError.arraySync(),
      };
    }) as unknown as Answers;
  const drawn = Array.from({ length: DRAWS }, (_, seed) => answersWith(seed));
  return { exact, drawn, answersWith };
}

interface Answers {
  readonly normalizer: number[];
  readonly relative: number[];
  readonly normalizerError: number[];
  readonly mean: number[][];
  readonly meanError: number[][];
}

/** The skew of the estimates costs intervals a little, and more for longer vectors. */
describe.each([
  { size: 0.4, least: 0.91, most: 0.98 },
  { size: 0.7, least: 0.78, most: 0.95 },
])("the estimates for entries of $size", ({ size, least, most }) => {
  let exact: ReturnType<typeof estimate>["exact"];
  let drawn: ReturnType<typeof estimate>["drawn"];
  let answersWith: ReturnType<typeof estimate>["answersWith"];
  beforeAll(async () => {
    await tf.setBackend("cpu");
    ({ exact, drawn, answersWith } = estimate(size));
  });

  test.each([0, 1])("query %i: the normaliser is unbiased", (i) => {
    const estimates = drawn.map(({ normalizer }) => normalizer[i] as number);
    const truth = exact[i]?.normalizer as number;
    const variance = average(estimates.map((z) => (z - average(estimates)) ** 2));
    const standardError = Math.sqrt(variance / DRAWS);
    expect(standardError).toBeLessThan(0.015 * truth);
    expect(Math.abs(average(estimates) - truth)).toBeLessThan(4 * standardError);
  });

  test.each([0, 1])("query %i: the mean square of the stated error is that of the error", (i) => {
    const truth = exact[i]?.normalizer as number;
    const made = average(drawn.map(({ normalizer }) => ((normalizer[i] as number) - truth) ** 2));
    const stated = average(drawn.map(({ normalizerError }) => (normalizerError[i] as number) ** 2));
    expect(Math.abs(stated / made - 1)).toBeLessThan(0.25);
  });

  test.each([0, 1])("query %i: 95-percent intervals hold the truth about as often", (i) => {
    const share = (isInside: (answers: Answers) => boolean) =>
      drawn.filter(isInside).length / DRAWS;
    const truth = exact[i] as (typeof exact)[number];
    // of 500 draws: a standard error of 0.01
    const rates = [
      share(({ normalizer, normalizerError }) => {
        const error = Math.abs((normalizer[i] as number) - truth.normalizer);
        return error <= STUDENT * (normalizerError[i] as number);
      }),
      ...truth.mean.map((mean, v) =>
        share((each) => {
          const error = Math.abs((each.mean[i]?.[v] as number) - mean);
          return error <= STUDENT * (each.meanError[i]?.[v] as number);
        }),
      ),
    ];
    for (const rate of rates) {
      expect(rate).toBeGreaterThan(least);
      expect(rate).toBeLessThan(most);
    }
  });

  test("four times the features halve the error", () => {
    const errorWith = (blocks: number) =>
      average(
        Array.from({ length: 40 }, (_, seed) => (answersWith(seed, blocks).relative[0] ?? 0) ** 2),
      );
    const ratio = Math.sqrt(errorWith(16) / errorWith(64));
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.3);
  });
});

describe("the cost", () => {
  beforeAll(() => tf.setBackend("cpu"));

  const shapesOf = async (run: () => tf.TensorContainer) =>
    (await tf.profile(run)).kernels.map(({ name, outputShapes }) => [name, outputShapes] as const);
  const summaryOf = (count: number) =>
    summarize(drawBlocks(0), draw("keys", count, D), draw("values", count, V));

  test("a summary, and what a query computes, are the same for 10 keys as for 1000", async () => {
    const [few, many] = [summaryOf(10), summaryOf(1000)];
    expect([many.sums.shape, many.logScale.shape]).toEqual([few.sums.shape, few.logScale.shape]);
    expect(few.sums.shape).toEqual([G * D, V + 1]);
    const queries = draw("queries", Q, D);
    const kernels = await shapesOf(() => ({ ...querySummary(few, queries) }));
    expect(kernels.length).toBeGreaterThan(10);
    expect(await shapesOf(() => ({ ...querySummary(many, queries) }))).toEqual(kernels);
  });

  test("adding keys, and asking queries, compute numbers in proportion to them", async () => {
    const numbers = async (run: () => tf.TensorContainer) => {
      const sizes = (await shapesOf(run)).flatMap(([, shapes]) =>
        (shapes as number[][]).map((shape) => shape.reduce((a, b) => a * b, 1)),
      );
      return sum(sizes);
    };
    const summary = summaryOf(10);
    const adding = async (count: number) => {
      const [keys, values] = [draw("more", count, D), draw("values", count, V)];
      return numbers(() => addToSummary(summary, keys, values).sums);
    };
    const asking = async (count: number) => {
      const queries = draw("queries", count, D);
      return numbers(() => ({ ...querySummary(summary, queries) }));
    };
    for (const cost of [adding, asking]) {
      const [one, two, four] = [await cost(50), await cost(100), await cost(200)];
      expect(four - two).toBe(2 * (two - one));
    }
  });
});

describe("a softmax summary refuses", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test.each([
    ["one block of features, which has no spread", 8, {}, "got M 8"],
    ["a block that is not whole", 20, {}, "M a multiple of 8, 2 × 8 at least, got M 20"],
    ["values of no length", 16, { valueSize: 0 }, "valueSize of 1 or more, got 0"],
    ["a scale of zero", 16, { scale: 0 }, "a scale above 0, got 0"],
  ])("%s", (_, M, options, message) => {
    const projection = draw("projection", M, D);
    expect(() => createSoftmaxSummary({ projection, valueSize: V, ...options })).toThrow(message);
  });

  test("queries before keys, and shapes that do not fit", () => {
    const empty = createSoftmaxSummary({ projection: drawBlocks(0), valueSize: V });
    const queries = draw("queries", Q, D);
    expect(() => querySummary(empty, queries)).toThrow("a summary with keys, got none");
    const add = (keys: tf.Tensor2D, values: tf.Tensor2D) => addToSummary(empty, keys, values);
    expect(() => add(draw("k", 4, D + 1), draw("v", 4, V))).toThrow("keys [4,8], got [4,9]");
    expect(() => add(draw("k", 4, D), draw("v", 3, V))).toThrow("values [4,3], got [3,3]");
    const summary = add(draw("k", 4, D), draw("v", 4, V));
    expect(() => querySummary(summary, draw("q", 2, 3))).toThrow("queries [2,8], got [2,3]");
  });
});
