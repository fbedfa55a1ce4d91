/** AdamW in float64 on plain arrays, written from the paper's algorithm and not from src/. */
import type { OptimizerConfig } from "@performer/schema";

export interface ReferenceParameter {
  values: number[];
  readonly decays: boolean;
}

/** Applies one gradient list after another. @returns the values after each step. */
export function referenceAdamW(
  config: OptimizerConfig,
  initial: readonly ReferenceParameter[],
  gradientsOfStep: readonly (readonly number[][])[],
): number[][][] {
  let parameters = initial.map(({ values }) => values);
  let m = initial.map(({ values }) => values.map(() => 0));
  let v = m;
  return gradientsOfStep.map((gradients, index) => {
    const t = index + 1;
    const norm = Math.hypot(...gradients.flat());
    const clip = norm > config.gradientClip ? config.gradientClip / norm : 1;
    const g = gradients.map((row) => row.map((value) => value * clip));
    m = m.map((row, p) => row.map((old, i) => config.beta1 * old + (1 - config.beta1) * g[p]![i]!));
    v = v.map((row, p) =>
      row.map((old, i) => config.beta2 * old + (1 - config.beta2) * g[p]![i]! ** 2),
    );
    parameters = parameters.map((row, p) =>
      row.map((value, i) => {
        const mHat = m[p]![i]! / (1 - config.beta1 ** t);
        const vHat = v[p]![i]! / (1 - config.beta2 ** t);
        const decay = initial[p]!.decays ? config.weightDecay * value : 0;
        return value - config.learningRate * (mHat / (Math.sqrt(vHat) + config.epsilon) + decay);
      }),
    );
    return parameters;
  });
}
