/** Memory as a tested property. */
import { memory } from "@tensorflow/tfjs-core";

/**
 * Asserts that `step` leaves no tensor behind. It runs once to warm up (kernels may keep constants),
 * then `repeats` times.
 * @throws {Error} with the number of tensors that a step leaves.
 */
export async function expectConstantMemory(
  step: () => void | Promise<void>,
  { repeats = 3 }: { repeats?: number } = {},
): Promise<void> {
  await step();
  const before = memory().numTensors;
  for (let i = 0; i < repeats; i++) await step();
  const left = memory().numTensors - before;
  if (left !== 0) {
    throw new Error(
      `expectConstantMemory: expected no tensor left by ${repeats} steps, got ${left}; wrap the step in tf.tidy or dispose its results`,
    );
  }
}
