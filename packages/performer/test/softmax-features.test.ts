/** Statistical laws of the positive random features of the softmax kernel. */
import { attentionFeatures, drawProjection, type ProjectionKind } from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";

const D = 8;
/** Rows drawn at once; grouped into independent estimators of M features each. */
const ROWS = 32_768;
// small enough that the variance, whose own spread grows as exp(6 |q + k|² / √D), can be estimated
const query = [0.5, -0.2, 0.2, 0.6, -0.4, 0.1, 0.3, -0.5];
const key = [0.2, 0.3, -0.1, 0.5, -0.2, -0.4, 0.1, 0.4];
const config = AttentionConfig.parse({
  mechanism: "favor",
  featureMap: { kind: "softmax-positive", stabilizer: 0 },
});

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: number[]) => {
  const centre = mean(x);
  return mean(x.map((value) => (value - centre) ** 2));
};

/** phi(q)·phi(k) with M features, once for each group of M rows of one large draw. */
function estimates(kind: ProjectionKind, M: number): number[] {
  const products = rowProducts(kind);
  return Array.from({ length: ROWS / M }, (_, group) =>
    mean(products.slice(group * M, (group + 1) * M)),
  );
}

const drawn = new Map<ProjectionKind, number[]>();

/** M phi_m(q) phi_m(k) for each row m of a draw of ROWS rows; drawn once for all tests. */
function rowProducts(kind: ProjectionKind): number[] {
  const known = drawn.get(kind);
  if (known) return known;
  const products = tf.tidy(() => {
    const projection = drawProjection(kind, { numFeatures: ROWS, headSize: D }, randomKey(3));
    const at = (x: number[]) => tf.tensor4d(x, [1, 1, 1, D]);
    const { queryFeatures, keyFeatures } = attentionFeatures(at(query), at(key), {
      config,
      projection,
    });
    // the features carry exp(-c), where c is the largest exponent: put it back
    const rows = projection.arraySync();
    const largest = (x: number[]) =>
      rows.reduce(
        (most, row) => Math.max(most, dot(row, x) * D ** -0.25),
        Number.NEGATIVE_INFINITY,
      ) -
      dot(x, x) / (2 * Math.sqrt(D));
    const factor = ROWS * Math.exp(largest(query) + largest(key));
    const values = tf.mul(queryFeatures, keyFeatures).dataSync<"float32">();
    return Array.from(values, (value) => value * factor);
  });
  drawn.set(kind, products);
  return products;
}

describe("positive softmax features", () => {
  const kernel = Math.exp(dot(query, key) / Math.sqrt(D));
  beforeAll(() => tf.setBackend("cpu"));

  test.each(["iid", "orthogonal"] as const)("%s: E[phi(q)·phi(k)] = exp(q·k / √D)", (kind) => {
    const draws = estimates(kind, D);
    const standardError = Math.sqrt(variance(draws) / draws.length);
    expect(standardError).toBeLessThan(0.02 * kernel);
    expect(Math.abs(mean(draws) - kernel)).toBeLessThan(4 * standardError);
  });

  test.each(["iid", "orthogonal"] as const)("%s: variance falls as 1 / M", (kind) => {
    const ratio = variance(estimates(kind, D)) / variance(estimates(kind, 4 * D));
    expect(ratio).toBeGreaterThan(4 * 0.8);
    expect(ratio).toBeLessThan(4 * 1.2);
  });

  test("orthogonal rows have a smaller variance than independent ones", () => {
    expect(variance(estimates("orthogonal", D))).toBeLessThan(0.9 * variance(estimates("iid", D)));
  });
});
