/** Percentile bootstrap (Efron, 1979): how much a statistic moves when the sample is drawn again. */
import { createStream, type RandomKey } from "@performer/random";
import { createPacer } from "../pacer.ts";

export interface BootstrapOptions {
  readonly key: RandomKey;
  /** Items of the sample. */
  readonly count: number;
  /**
   * The statistic of one resample, null where undefined. `weights[i]` says how often item i was drawn;
   * the array is reused from call to call.
   */
  readonly statistic: (weights: Uint32Array) => number | null;
  /** 1000 without. */
  readonly resamples?: number;
  /** 0.95 without. */
  readonly level?: number;
}

/**
 * Interval between the (1 - level) / 2 quantiles; null where fewer than two items can be drawn or the
 * statistic is undefined in a tenth or more of the resamples, since dropping these would flatter it.
 * @throws {RangeError} where a level or a number of resamples makes no sense.
 */
export async function bootstrapInterval(
  options: BootstrapOptions,
): Promise<[low: number, high: number] | null> {
  const { key, count, statistic, resamples = 1000, level = 0.95 } = options;
  if (!(Number.isInteger(resamples) && resamples > 0)) {
    throw new RangeError(`bootstrapInterval: expected resamples above 0, got ${resamples}`);
  }
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`bootstrapInterval: expected a level between 0 and 1, got ${level}`);
  }
  if (count < 2) return null;

  const stream = createStream(key);
  const weights = new Uint32Array(count);
  const values: number[] = [];
  const breathe = createPacer();
  for (let i = 0; i < resamples; i++) {
    weights.fill(0);
    for (let draw = 0; draw < count; draw++) {
      const item = stream.integer(count);
      weights[item] = (weights[item] as number) + 1;
    }
    const value = statistic(weights);
    if (value !== null) values.push(value);
    await breathe();
  }
  if (values.length <= 0.9 * resamples) return null;
  values.sort((a, b) => a - b);
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}

/** Of ascending values, linear between neighbours (Hyndman and Fan's type 7, numpy's default). */
export function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = ascending[Math.floor(place)] as number;
  const above = ascending[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
