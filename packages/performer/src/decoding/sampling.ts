/**
 * From scores to the next token: temperature, top-k, top-p, and a draw. Plain numbers on the host: a
 * vocabulary is small, and the same draw must come out on every backend.
 */

export interface SamplingOptions {
  /** Scores are divided by it: 1 is the model's own distribution, 0 takes the likeliest token. */
  readonly temperature: number;
  /** Only so many of the likeliest tokens are kept. Default: all. */
  readonly topK?: number | undefined;
  /**
   * Only the likeliest tokens are kept that together reach this share (nucleus sampling, Holtzman et
   * al. 2020), of what temperature and top-k leave. Default: 1, all.
   */
  readonly topP?: number | undefined;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Probability of each token, [V], summing to 1. `excluded` tokens, and those that top-k or top-p drop,
 * have 0, and the others share their part. Of equal scores the smaller id counts as the likelier.
 * @param logits [V]
 * @throws {RangeError} naming the option that is wrong, and where no token is left or a score is NaN.
 */
export function tokenDistribution(
  logits: ArrayLike<number>,
  { temperature, topK = logits.length, topP = 1 }: SamplingOptions,
  excluded: ReadonlySet<number> = NONE,
): Float64Array {
  assertOptions({ temperature, topK, topP });
  const ranked = Array.from(logits, (score, token) => ({ score, token })).filter(
    ({ token }) => !excluded.has(token),
  );
  const [broken] = ranked.filter(({ score }) => Number.isNaN(score));
  if (broken) {
    throw new RangeError(
      `tokenDistribution: expected numbers as scores, got NaN for token ${broken.token}; the model's weights are broken`,
    );
  }
  ranked.sort((a, b) => b.score - a.score || a.token - b.token);
  const [best] = ranked;
  if (best === undefined) {
    throw new RangeError("tokenDistribution: expected a token that may be drawn, got none");
  }

  const probabilities = new Float64Array(logits.length);
  if (temperature === 0) {
    probabilities[best.token] = 1;
    return probabilities;
  }
  const weights = ranked
    .slice(0, topK)
    .map(({ score, token }) => ({ token, weight: Math.exp((score - best.score) / temperature) }));
  const kept = nucleus(weights, topP);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  for (const { token, weight } of kept) probabilities[token] = weight / total;
  return probabilities;
}

/**
 * The token at `uniform`, a number in [0, 1), of the cumulated distribution [V].
 * @throws {RangeError} where the distribution is empty.
 */
export function drawToken(distribution: ArrayLike<number>, uniform: number): number {
  let cumulated = 0;
  let last = -1;
  for (let token = 0; token < distribution.length; token++) {
    const probability = distribution[token] as number;
    if (probability === 0) continue;
    cumulated += probability;
    last = token;
    if (uniform < cumulated) return token;
  }
  // rounding may leave the sum just below 1
  if (last < 0) throw new RangeError("drawToken: expected a probability above 0, got none");
  return last;
}

interface Weighted {
  readonly token: number;
  readonly weight: number;
}

/** The shortest prefix of `ranked` that reaches `share` of its weight; at least one token. */
function nucleus(ranked: readonly Weighted[], share: number): readonly Weighted[] {
  if (share === 1) return ranked;
  const wanted = share * ranked.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  const end = ranked.findIndex(({ weight }) => {
    reached += weight;
    return reached >= wanted;
  });
  return ranked.slice(0, end + 1 || ranked.length);
}

function assertOptions({ temperature, topK, topP }: Record<keyof SamplingOptions, number>): void {
  if (!(temperature >= 0 && Number.isFinite(temperature))) {
    throw new RangeError(
      `tokenDistribution: expected a temperature of 0 or more, got ${temperature}`,
    );
  }
  if (!Number.isInteger(topK) || topK < 1) {
    throw new RangeError(`tokenDistribution: expected topK of 1 or more, got ${topK}`);
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new RangeError(`tokenDistribution: expected topP above 0, at most 1, got ${topP}`);
  }
}
