/**
 * The training worker: a config and FASTA files in, a checkpointed run folder out, events on the way.
 * Load a tfjs backend first; main.ts is the same as a process.
 *
 * @example
 * for await (const event of runTraining({ config, trainFiles, validationFiles, runsDirectory: "runs",
 *   runId: "first", backend: "tensorflow" })) console.log(describeEvent(event));
 */
export {
  chooseStepper,
  PRECISIONS,
  type Precision,
  type StepperWishes,
} from "./choose-stepper.ts";
export { type JoinWishes, joinAsAsked } from "./cluster/join-as-asked.ts";
export { describeEvent } from "./describe-event.ts";
export { type RunTrainingOptions, runTraining, type StepperFactory } from "./run-training.ts";
