/** What a probe is trained and tested on: rows of numbers and a class each. */

export interface LabelledFeatures {
  /** [N × D] row-major. */
  readonly features: Float32Array;
  /** [N] classes, 0 to K − 1. */
  readonly labels: Uint8Array;
}

/** @returns D. @throws {RangeError} where there is no row, or rows and labels do not match. */
export function featureCount({ features, labels }: LabelledFeatures): number {
  const count = features.length / labels.length;
  if (!(Number.isInteger(count) && count > 0)) {
    throw new RangeError(
      `featureCount: expected features of N × D numbers for N labels, got ${features.length} for ${labels.length}`,
    );
  }
  return count;
}
