/**
 * Attention at the API: layout [B, L, H, D], mechanism chosen by config. A further mechanism is one
 * file that maps query, key and value to an output of their shape, and one case here.
 */
import type { AttentionConfig } from "@performer/schema";
import { add, mul, reshape, type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { denominatorFloor } from "./denominator-floor.ts";
import { exactAttention } from "./exact-attention.ts";
import { favorAttention } from "./favor-attention.ts";
import { createFeatureMap, type Direction, type FeatureMap } from "./feature-map.ts";
import { joinHeads, splitHeads } from "./head-groups.ts";
import { headsFirst } from "./heads-first.ts";
import { identityAttention } from "./identity-attention.ts";
import { linformerAttention } from "./linformer-attention.ts";
import { localAttention } from "./local-attention.ts";
import { lshAttention } from "./lsh-attention.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { sparseAttention } from "./sparse-attention.ts";

export interface AttentionOptions {
  readonly config: AttentionConfig;
  readonly direction: Direction;
  /** What the layer drew, see `projectionShape`: W for "favor", blocks for "sparse", rotations for "lsh". */
  readonly projection?: Tensor2D | undefined;
  /** In place of the config's, for "favor": a map that no config can name, `generalizedFeatureMap`. */
  readonly featureMap?: FeatureMap | undefined;
  /** The layer's subtree "attention"; "linformer" reads its matrices there. */
  readonly parameters?: ParameterTree | undefined;
  /** [B, L], 1 = takes part, 0 = padding. */
  readonly paddingMask?: Tensor2D | undefined;
}

/**
 * query, key, value [B, L, H, D] → [B, L, H, D]. Masked keys enter neither the numerator nor the
 * denominator; the output at masked positions is zero.
 * @throws {RangeError} where shapes disagree, the projection is missing, or a featureMap comes with a
 *   mechanism that has no features.
 */
export function attention(
  query: Tensor4D,
  key: Tensor4D,
  value: Tensor4D,
  { config, direction, projection, parameters, featureMap, paddingMask }: AttentionOptions,
): Tensor4D {
  assertSameShape("attention", query, { key, value });
  if (featureMap !== undefined && config.mechanism !== "favor") {
    throw new RangeError(
      `attention: expected mechanism "favor" beside a featureMap, got "${config.mechanism}", which has no features; leave featureMap out`,
    );
  }
  return tidy(() => {
    const mask = spreadMask("attention", query, paddingMask);
    const byHead = (run: (q: Tensor4D, k: Tensor4D, v: Tensor4D) => Tensor4D) =>
      headsFirst(run(headsFirst(query), headsFirst(key), headsFirst(value)));
    const local = (q: Tensor4D, k: Tensor4D, v: Tensor4D, window: number) =>
      localAttention(q, k, v, { window, direction, mask: paddingMask ?? null });
    switch (config.mechanism) {
      case "favor": {
        const linear = (q: Tensor4D, k: Tensor4D, v: Tensor4D) =>
          favorAttention(q, k, v, {
            featureMap: featureMap ?? createFeatureMap(config.featureMap),
            projection: requireProjection("attention", projection, query),
            direction,
            chunkSize: config.chunkSize,
            mask,
          });
        const { localHeads: count, localWindow } = config;
        if (count === 0) return byHead(linear);
        const [near, far] = splitHeads({ query, key, value }, { count, axis: 2 });
        return joinHeads(
          local(near.query, near.key, near.value, localWindow),
          headsFirst(linear(headsFirst(far.query), headsFirst(far.key), headsFirst(far.value))),
          2,
        );
      }
      case "exact":
        return byHead((q, k, v) => exactAttention(q, k, v, { direction, mask }));
      case "identity":
        return identityAttention(value, paddingMask ?? null);
      case "local":
        return local(query, key, value, config.window);
      case "sparse":
        return sparseAttention(query, key, value, {
          window: config.window,
          numGlobal: config.numGlobal,
          blocks: config.numRandom === 0 ? null : requireBlocks(projection, query, config),
          direction,
          mask: paddingMask ?? null,
        });
      case "lsh":
        return lshAttention(query, value, {
          ...config,
          rotations: requireRotations(projection, query, config),
          direction,
          mask: paddingMask ?? null,
        });
      case "linformer":
        assertBidirectional(direction);
        return linformerAttention(query, key, value, {
          ...requireReductions(parameters, query),
          mask: paddingMask ?? null,
        });
      default:
        return config satisfies never;
    }
  });
}

export interface FeatureOptions {
  readonly config: AttentionConfig;
  readonly projection: Tensor2D;
  /** As in `AttentionOptions`. */
  readonly featureMap?: FeatureMap | undefined;
  readonly paddingMask?: Tensor2D | undefined;
  /** Default bidirectional. */
  readonly direction?: Direction;
}

/** Of the heads with linear attention: H is their number where some heads are local. */
export interface AttentionFeatures {
  /** [B, H, L, M] */
  readonly queryFeatures: Tensor4D;
  /** [B, H, L, M], zero at masked positions. */
  readonly keyFeatures: Tensor4D;
  /**
   * [B, H, L, 1] in causal mode with an exponential kernel: the weight of key j for query i is
   * queryFeatures_i · keyFeatures_j exp(keyLogScale_j - keyLogScale_i). Otherwise null: no factor.
   */
  readonly keyLogScale: Tensor4D | null;
  /**
   * [B, H, L, 1] where features may be negative: the least that the sum of a row's weights counts as,
   * with its sign (docs/math.md, eq. 7a). Otherwise null: that sum is positive.
   */
  readonly denominatorFloor: Tensor4D | null;
}

/**
 * The features from which linear attention can be recovered: A = D⁻¹ Q' K'ᵀ (docs/math.md, eq. 9).
 * query, key [B, L, H, D].
 * @throws {RangeError} where the mechanism has no features.
 */
export function attentionFeatures(
  query: Tensor4D,
  key: Tensor4D,
  { config, projection, paddingMask, direction = "bidirectional", ...options }: FeatureOptions,
): AttentionFeatures {
  if (config.mechanism !== "favor") {
    throw new RangeError(
      `attentionFeatures: expected mechanism "favor", got "${config.mechanism}", which has no features`,
    );
  }
  assertSameShape("attentionFeatures", query, { key });
  const weights = requireProjection("attentionFeatures", projection, query);
  const featureMap = options.featureMap ?? createFeatureMap(config.featureMap);
  const named: Record<string, Tensor4D> = tidy(() => {
    const mask = spreadMask("attentionFeatures", query, paddingMask);
    const { localHeads: count } = config;
    const linear = count === 0 ? { query, key } : splitHeads({ query, key }, { count, axis: 2 })[1];
    const rawQuery = featureMap.queryFeatures(headsFirst(linear.query), weights);
    const offset = featureMap.offset(rawQuery.shape[3]);
    const { features, logScale } = featureMap.keyFeatures(headsFirst(linear.key), weights, {
      direction,
      mask,
    });
    const phi = add<Tensor4D>(features, offset);
    const queryFeatures = add<Tensor4D>(rawQuery, offset);
    const keyFeatures = mask === null ? phi : mul<Tensor4D>(phi, mask);
    const { chunkSize } = config;
    return {
      queryFeatures,
      keyFeatures,
      ...(logScale && { logScale }),
      ...(featureMap.sign === "any" && {
        floor: denominatorFloor(queryFeatures, phi, { direction, chunkSize, logScale, mask }),
      }),
    };
  });
  return {
    queryFeatures: named["queryFeatures"] as Tensor4D,
    keyFeatures: named["keyFeatures"] as Tensor4D,
    keyLogScale: named["logScale"] ?? null,
    denominatorFloor: named["floor"] ?? null,
  };
}

/** [B, L] → [B, 1, L, 1] */
function spreadMask(caller: string, query: Tensor4D, mask: Tensor2D | undefined): Tensor4D | null {
  if (mask === undefined) return null;
  const [B, L] = query.shape;
  if (mask.shape[0] !== B || mask.shape[1] !== L) {
    throw new RangeError(
      `${caller}: expected paddingMask [${B}, ${L}] (one entry a position), got [${mask.shape}]`,
    );
  }
  return reshape(mask, [B, 1, L, 1]);
}

function requireProjection(
  caller: string,
  projection: Tensor2D | undefined,
  query: Tensor4D,
): Tensor2D {
  const D = query.shape[3];
  if (projection?.shape[1] !== D) {
    throw new RangeError(
      `${caller}: expected a projection [M, ${D}], got ${projection ? `[${projection.shape}]` : "none"}; draw one with drawProjections`,
    );
  }
  return projection;
}

function requireBlocks(
  projection: Tensor2D | undefined,
  query: Tensor4D,
  { window, numRandom }: Extract<AttentionConfig, { mechanism: "sparse" }>,
): Tensor2D {
  const needed = Math.ceil((query.shape[1] as number) / window);
  if (projection?.shape[1] !== numRandom || projection.shape[0] < needed) {
    throw new RangeError(
      `attention: expected random blocks [${needed} or more, ${numRandom}], got ${projection ? `[${projection.shape}]` : "none"}; draw them with drawProjections`,
    );
  }
  return projection;
}

function requireRotations(
  projection: Tensor2D | undefined,
  query: Tensor4D,
  { numHashes }: Extract<AttentionConfig, { mechanism: "lsh" }>,
): Tensor2D {
  const D = query.shape[3];
  if (projection?.shape[1] !== D || projection.shape[0] % (2 * numHashes) !== 0) {
    throw new RangeError(
      `attention: expected rotations [a multiple of ${2 * numHashes}, ${D}], got ${projection ? `[${projection.shape}]` : "none"}; draw them with drawProjections`,
    );
  }
  return projection;
}

function requireReductions(parameters: ParameterTree | undefined, query: Tensor4D) {
  const L = query.shape[1];
  if (parameters === undefined) {
    throw new RangeError(
      `attention: expected the layer's parameters for "linformer", got none; pass its subtree "attention"`,
    );
  }
  const matrix = (name: string) => leaf(branch(parameters, name), "kernel") as Tensor2D;
  const made = { keyReduction: matrix("keyReduction"), valueReduction: matrix("valueReduction") };
  for (const [name, { shape }] of Object.entries(made)) {
    if (shape[0] < L) {
      throw new RangeError(
        `attention: expected ${name} of at least ${L} rows, got [${shape}]; the sequence is longer than maxLength`,
      );
    }
  }
  return made;
}

function assertBidirectional(direction: Direction): void {
  if (direction !== "bidirectional") {
    throw new RangeError(
      `attention: expected direction "bidirectional" for "linformer", got "${direction}", which it has no form for`,
    );
  }
}

function assertSameShape(
  caller: string,
  query: Tensor4D,
  others: Readonly<Record<string, Tensor4D>>,
): void {
  for (const [name, tensor] of Object.entries(others)) {
    if (tensor.shape.join() !== query.shape.join()) {
      throw new RangeError(
        `${caller}: expected ${name} of the query's shape [${query.shape}], got [${tensor.shape}]`,
      );
    }
  }
}
