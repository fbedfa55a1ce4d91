/**
 * What the tests of every package share: a strict numerical matcher, a gradient check and a memory
 * check. Framework-free: each throws, so it works under any test runner.
 *
 * @example
 * expectClose(layerNorm(x, scale, bias), fixture.y, { rtol: 1e-5, atol: 1e-6 });
 */
export { checkGradients, type GradientCheckOptions } from "./check-gradients.ts";
export { expectClose, type Numeric, type Tolerance } from "./expect-close.ts";
export { expectConstantMemory } from "./expect-constant-memory.ts";
