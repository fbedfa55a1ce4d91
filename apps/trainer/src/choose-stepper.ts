/**
 * What computes the steps of a training run: one compiled TensorFlow graph where TensorFlow's own
 * library is installed, else tfjs, operation by operation, which is several times slower.
 */
import { type RuntimeDescription, tensorflowLibraries } from "@performer/tensorflow";
import { createCompiledStepper } from "@performer/training";
import type { StepperFactory } from "./run-training.ts";

export const PRECISIONS = ["float32", "bf16"] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface StepperChoice {
  /** For the run's record: "tensorflow graph, float32", or the backend's name. */
  readonly name: string;
  /** Absent: the trainer's default, eager tfjs. */
  readonly createStepper?: StepperFactory;
}

export interface StepperWishes {
  readonly root: string;
  /** bf16 is taken where the processor has it. */
  readonly precision: Precision;
  readonly eager: boolean;
}

export function chooseStepper(
  { backend }: Pick<RuntimeDescription, "backend">,
  { root, precision, eager }: StepperWishes,
): StepperChoice {
  const libraries = backend === "tensorflow" && !eager ? tensorflowLibraries(root) : null;
  if (libraries === null) return { name: backend };
  return {
    name: `tensorflow graph, ${precision}`,
    createStepper: ({ training }, { model, optimizerState }) =>
      createCompiledStepper({
        model,
        optimizerState,
        optimizer: training.optimizer,
        libraries,
        precision,
      }),
  };
}
