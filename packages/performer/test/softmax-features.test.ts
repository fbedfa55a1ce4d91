/** Statistical laws of the random features of the softmax kernel: positive, hyperbolic, trigonometric. */
import { attentionFeatures, drawProjection, type ProjectionKind } from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";

const D = 8;
/** Rows drawn at once; grouped into independent estimators of M rows each. */
const ROWS = 16_384;
// small enough that the variance, whose own spread grows as exp(6 |q + k|² / √D), can be estimated
const query = [0.5, -0.2, 0.2, 0.6, -0.4, 0.1, 0.3, -0.5];
const key = [0.2, 0.3, -0.1, 0.5, -0.2, -0.4, 0.1, 0.4];

const MAPS = ["softmax-positive", "softmax-hyperbolic", "softmax-trigonometric"] as const;
type MapKind = (typeof MAPS)[number];
const UNBIASED = ["iid", "orthogonal"] as const;

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: number[]) => {
  const centre = mean(x);
  return mean(x.map((value) => (value - centre) ** 2));
};

/** x̂ = D^(-1/4) x */
const scaled = (x: number[]) => x.map((value) => value * D ** -0.25);
const squareOf = (x: number[]) => dot(x, x);
const [q, k] = [scaled(query), scaled(key)];
const softmaxKernel = Math.exp(dot(q, k));
/** |q̂ + k̂|² and |q̂ - k̂|² */
const [s, delta] = [1, -1].map((sign) => squareOf(q.map((x, i) => x + sign * (k[i] ?? 0)))) as [
  number,
  number,
];

/** Variance of the estimate from one row of an iid W: docs/math.md, below eq. 4a. */
const ROW_VARIANCE: Record<MapKind, number> = {
  "softmax-positive": softmaxKernel ** 2 * Math.expm1(s),
  "softmax-hyperbolic": (softmaxKernel ** 2 * Math.exp(-s) * Math.expm1(s) ** 2) / 2,
  "softmax-trigonometric": (softmaxKernel ** 2 * Math.exp(delta) * (1 - Math.exp(-delta)) ** 2) / 2,
};

/** phi(q)·phi(k) from M rows, once for each group of M rows of one large draw. */
function estimates(map: MapKind, kind: ProjectionKind, M: number): number[] {
  const products = rowProducts(map, kind);
  return Array.from({ length: ROWS / M }, (_, group) =>
    mean(products.slice(group * M, (group + 1) * M)),
  );
}

const remembered = new Map<string, unknown>();
function once<T>(name: string, make: () => T): T {
  if (!remembered.has(name)) remembered.set(name, make());
  return remembered.get(name) as T;
}

const drawnRows = (kind: ProjectionKind) =>
  once(kind, () =>
    tf.tidy(() =>
      drawProjection(kind, { numFeatures: ROWS, headSize: D }, randomKey(3)).arraySync(),
    ),
  );

/** M phi(q)·phi(k) of each row alone. */
function rowProducts(map: MapKind, kind: ProjectionKind): number[] {
  return once(`${map} ${kind}`, () =>
    tf.tidy(() => {
      const rows = drawnRows(kind);
      const at = (x: number[]) => tf.tensor4d(x, [1, 1, 1, D]);
      const stabilizer = map === "softmax-trigonometric" ? {} : { stabilizer: 0 };
      const { queryFeatures, keyFeatures } = attentionFeatures(at(query), at(key), {
        config: AttentionConfig.parse({
          mechanism: "favor",
          featureMap: { kind: map, ...stabilizer },
        }),
        projection: tf.tensor2d(rows),
      });
      const values = tf.mul(queryFeatures, keyFeatures).dataSync<"float32">();
      const factor = ROWS * Math.exp(constantOf(map, rows, q) + constantOf(map, rows, k));
      // hyperbolic and trigonometric maps make a second feature of row m, ROWS behind the first
      return rows.map((_, m) => factor * ((values[m] as number) + (values[m + ROWS] ?? 0)));
    }),
  );
}

/** The features carry exp(-c), with c the largest exponent (eq. 5): what it takes to put it back. */
function constantOf(map: MapKind, rows: number[][], x: number[]): number {
  if (map === "softmax-trigonometric") return squareOf(x) / 2;
  const products = rows.map((row) => dot(row, x));
  const sided = map === "softmax-hyperbolic" ? products.map(Math.abs) : products;
  return sided.reduce((most, value) => Math.max(most, value)) - squareOf(x) / 2;
}

const EACH = MAPS.flatMap((map) => UNBIASED.map((kind) => [map, kind] as const));

describe("random features of the softmax kernel", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test.each(EACH)("%s, %s: E[phi(q)·phi(k)] = exp(q·k / √D)", (map, kind) => {
    const draws = estimates(map, kind, D);
    const standardError = Math.sqrt(variance(draws) / draws.length);
    expect(standardError).toBeLessThan(0.02 * softmaxKernel);
    expect(Math.abs(mean(draws) - softmaxKernel)).toBeLessThan(4 * standardError);
  });

  test.each(EACH)("%s, %s: variance falls as 1 / M", (map, kind) => {
    const ratio = variance(estimates(map, kind, D)) / variance(estimates(map, kind, 4 * D));
    expect(ratio).toBeGreaterThan(4 * 0.8);
    expect(ratio).toBeLessThan(4 * 1.2);
  });

  test.each(MAPS)("%s: the variance of independent rows is that of the formula", (map) => {
    const ratio = (variance(estimates(map, "iid", D)) * D) / ROW_VARIANCE[map];
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  test.each(MAPS)("%s: orthogonal rows have a smaller variance than independent ones", (map) => {
    const [orthogonal, iid] = [estimates(map, "orthogonal", D), estimates(map, "iid", D)];
    expect(variance(orthogonal)).toBeLessThan(0.9 * variance(iid));
  });

  test.each(UNBIASED)("%s: hyperbolic features beat twice as many plain ones", (kind) => {
    const [hyperbolic, plain] = [
      variance(estimates("softmax-hyperbolic", kind, D)),
      variance(estimates("softmax-positive", kind, 2 * D)),
    ];
    expect(hyperbolic).toBeLessThan(0.9 * plain);
  });

  test("regularised orthogonal rows estimate the regularised kernel, below the softmax kernel", () => {
    // eq. 3a
    let [term, series] = [1, 0];
    for (let n = 0; n < 60; n++) {
      series += term;
      term *= (D * s) / 4 / ((n + 1) * (D / 2 + n));
    }
    const regularised = Math.exp(-(squareOf(q) + squareOf(k)) / 2) * series;
    const draws = estimates("softmax-hyperbolic", "orthogonal-regularized", D);
    const standardError = Math.sqrt(variance(draws) / draws.length);
    expect(Math.abs(mean(draws) - regularised)).toBeLessThan(4 * standardError);
    expect(regularised).toBeLessThan(softmaxKernel - 4 * standardError);
  });
});
