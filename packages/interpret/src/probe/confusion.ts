/** Which classes are taken for which, and the figures that follow from it. */

/** [true][predicted] counts, which may be weighted; sums of matrices are matrices of the union. */
export type Confusion = readonly (readonly number[])[];

/** @throws {RangeError} where the lists differ in length or hold what is no class. */
export function confusionOf(
  labels: Uint8Array,
  predictions: Uint8Array,
  classes: number,
): Confusion {
  if (labels.length !== predictions.length) {
    throw new RangeError(
      `confusionOf: expected as many predictions as labels, got ${predictions.length} for ${labels.length}`,
    );
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => {
    const row = counts[label];
    const predicted = predictions[i] as number;
    if (row?.[predicted] === undefined) {
      throw new RangeError(
        `confusionOf: expected classes from 0 to ${classes - 1}, got ${label} predicted as ${predicted}`,
      );
    }
    row[predicted]! += 1;
  });
  return counts;
}

/** @param weights how often each matrix counts; once without. */
export function addConfusions(
  confusions: readonly Confusion[],
  weights?: ArrayLike<number>,
): Confusion {
  const classes = confusions[0]?.length ?? 0;
  const sums = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  confusions.forEach((confusion, index) => {
    const weight = weights?.[index] ?? 1;
    if (weight === 0) return;
    confusion.forEach((row, label) => {
      row.forEach((count, predicted) => {
        sums[label]![predicted]! += weight * count;
      });
    });
  });
  return sums;
}

export interface ClassScore {
  /** Of those predicted to be of the class, the share that is; null where none was. */
  readonly precision: number | null;
  /** Of those of the class, the share that was found; null where there is none. */
  readonly recall: number | null;
  /** Harmonic mean of both, 2·hits / (predicted + true); null where neither occurs. */
  readonly f1: number | null;
}

export interface ConfusionScores {
  /** Share on the diagonal. */
  readonly accuracy: number;
  /** Mean of the classes' F1, classes that nowhere occur left out. */
  readonly macroF1: number;
  readonly classes: readonly ClassScore[];
}

/** @returns null where nothing was counted. */
export function confusionScores(confusion: Confusion): ConfusionScores | null {
  const total = sum(confusion.map(sum));
  if (total === 0) return null;
  const classes = confusion.map((row, label) => {
    const hits = row[label] as number;
    const trueCount = sum(row);
    const predicted = sum(confusion.map((other) => other[label] as number));
    return {
      precision: predicted > 0 ? hits / predicted : null,
      recall: trueCount > 0 ? hits / trueCount : null,
      f1: trueCount + predicted > 0 ? (2 * hits) / (trueCount + predicted) : null,
    };
  });
  const f1 = classes.flatMap((score) => (score.f1 === null ? [] : [score.f1]));
  const hits = sum(confusion.map((row, label) => row[label] as number));
  return { accuracy: hits / total, macroF1: sum(f1) / f1.length, classes };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
