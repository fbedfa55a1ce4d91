/**
 * Minimises a smooth function by L-BFGS (Nocedal and Wright, *Numerical Optimization*, algorithms 7.4 and
 * 7.5) with a backtracking line search. Made for the few thousand parameters of a probe: vectors
 * are plain arrays in double precision, and only the function itself may live elsewhere.
 */

export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface MinimizeOptions {
  /** Stops where no entry of the gradient is larger; 1e-5 without. */
  readonly tolerance?: number;
  /** 500 without. */
  readonly maxIterations?: number;
}

export interface Minimum extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  /** "precision": no step improves the value any more, as rounding outweighs what is left to gain. */
  readonly stopped: "tolerance" | "precision" | "iterations";
}

/** Pairs of steps and changes of the gradient that are kept. */
const MEMORY = 10;
/** Share of the linear decrease that a step must bring. */
const SUFFICIENT = 1e-4;
/** Relative rounding of a value that was summed in float32. */
const ROUNDING = 1e-6;
/** Of the slope, what a step may leave where the values are equal but for rounding. */
const REMAINING_SLOPE = 0.9;
const SHORTEST_STEP = 1e-10;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** step · change, above zero. */
  readonly curvature: number;
}

/** @throws {RangeError} where the function is not finite at the start. */
export async function minimize(
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  { tolerance = 1e-5, maxIterations = 500 }: MinimizeOptions = {},
): Promise<Minimum> {
  let point = start;
  let current = await evaluate(point);
  if (!Number.isFinite(current.value)) {
    throw new RangeError(
      `minimize: expected a finite value at the start, got ${current.value}; scale the features`,
    );
  }
  const pairs: Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    const result = { ...current, point, iterations };
    if (largest(current.gradient) <= tolerance) return { ...result, stopped: "tolerance" };
    if (iterations === maxIterations) return { ...result, stopped: "iterations" };
    const direction = descentDirection(current.gradient, pairs);
    const slope = dot(current.gradient, direction);
    // without curvature to go by, the first step is as long as 1
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next: Float64Array;
    let found: Evaluation;
    for (;;) {
      next = addScaled(point, direction, length);
      found = await evaluate(next);
      if (isSufficient(current.value, found, { slope, length, direction })) break;
      length /= 2;
      if (length < SHORTEST_STEP) return { ...result, stopped: "precision" };
    }
    remember(pairs, addScaled(next, point, -1), addScaled(found.gradient, current.gradient, -1));
    point = next;
    current = found;
  }
}

/**
 * Near the minimum values differ by less than their rounding; there the slope, which is exact to its own
 * size, says whether a step was good (the approximate condition of Hager and Zhang 2005).
 */
function isSufficient(
  before: number,
  { value, gradient }: Evaluation,
  step: { readonly slope: number; readonly length: number; readonly direction: Float64Array },
): boolean {
  if (value <= before + SUFFICIENT * step.length * step.slope) return true;
  const isLevel = value <= before + ROUNDING * Math.abs(before);
  return isLevel && Math.abs(dot(gradient, step.direction)) <= -REMAINING_SLOPE * step.slope;
}

/** A pair whose curvature is not positive would make the direction ascend. */
function remember(pairs: Pair[], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > 1e-12 * dot(change, change))) return;
  pairs.push({ step, change, curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** −H·gradient, H the inverse Hessian that the pairs describe (the two-loop recursion). */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  let vector: Float64Array = gradient.map((value) => -value);
  const weights = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, curvature } = pairs[i] as Pair;
    const weight = dot(step, vector) / curvature;
    weights[i] = weight;
    vector = addScaled(vector, change, -weight);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    vector = vector.map((value) => scale * value);
  }
  pairs.forEach(({ step, change, curvature }, i) => {
    const correction = dot(change, vector) / curvature;
    vector = addScaled(vector, step, (weights[i] as number) - correction);
  });
  return vector;
}

const addScaled = (a: Float64Array, b: Float64Array, scale: number): Float64Array =>
  a.map((value, i) => value + scale * (b[i] as number));

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

const largest = (vector: Float64Array): number =>
  vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
