/**
 * What computes the steps of a training run: one compiled TensorFlow graph where TensorFlow's own
 * library is installed, else tfjs, operation by operation, which is several times slower.
 */
import {
  type DeviceChoice,
  devicePath,
  type RuntimeDescription,
  tensorflowLibraries,
} from "@performer/tensorflow";
import { type Cluster, supportsBfloat16 } from "@performer/tensorflow/compiled";
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
  /** Parts that each batch of a process is computed in. Default 1. */
  readonly accumulate?: number | undefined;
  readonly cluster?: Cluster | undefined;
  /** Where the step computes. Default: TensorFlow's choice. */
  readonly device?: DeviceChoice | undefined;
  /** Lets XLA compile the step: slower on processors (docs/scaling.md). */
  readonly xla?: boolean | undefined;
}

/** @throws {Error} for a wish that only compiled graphs fulfil, where there are none. */
export function chooseStepper(
  runtime: Pick<RuntimeDescription, "backend" | "device">,
  { root, precision, eager, accumulate = 1, cluster, device, xla = false }: StepperWishes,
): StepperChoice {
  const { backend } = runtime;
  if (device !== undefined && device.kind !== "cpu" && device.kind !== runtime.device) {
    throw new Error(
      `chooseStepper: expected a runtime for ${device.kind}, got ${runtime.device}; run performer setup --device ${device.kind}, and performer doctor --device ${device.kind} says what is missing`,
    );
  }
  const libraries = backend === "tensorflow" && !eager ? tensorflowLibraries(root) : null;
  if (libraries === null) {
    if (accumulate === 1 && cluster === undefined && !xla) return { name: backend };
    throw new Error(
      `chooseStepper: expected TensorFlow's compiled graphs for a cluster, --accumulate or --xla, got ${eager ? "--eager" : backend}; run npm run performer -- setup and leave --eager and --backend out`,
    );
  }
  const isProcessor = (device?.kind ?? runtime.device) === "cpu";
  const inEffect = isProcessor && supportsBfloat16() ? precision : "float32";
  return {
    name: `tensorflow graph, ${inEffect}${xla ? ", XLA" : ""}`,
    createStepper: ({ training }, { model, optimizerState }) => {
      assertDivisible(training.data.batchSize, cluster?.members.length ?? 1, accumulate);
      return createCompiledStepper({
        model,
        optimizerState,
        optimizer: training.optimizer,
        libraries,
        precision: inEffect,
        accumulate,
        cluster,
        session: { ...(device && { device: devicePath(device) }), compileWithXla: xla },
      });
    },
  };
}

/** The batch of the config is that of an update, whoever computes it: its rows are dealt out evenly. */
function assertDivisible(batchSize: number, workers: number, parts: number): void {
  if (batchSize % (workers * parts) === 0) return;
  throw new Error(
    `chooseStepper: expected training.data.batchSize to be a multiple of ${workers * parts} (workers: ${workers}, parts of each: ${parts}), got ${batchSize}; change the config, the number of workers or --accumulate`,
  );
}
