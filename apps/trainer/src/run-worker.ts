/**
 * A worker that is not the chief: it computes the gradients of its rows and nothing else. Run folder,
 * evaluation and checkpoints are the chief's, and its files are only the training data.
 */
import { countParameters, initModel } from "@performer/performer";
import { countResidues, createTrainingBatches } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { randomKey, splitKey } from "@performer/random";
import type { RunEvent } from "@performer/schema";
import type { Cluster } from "@performer/tensorflow/compiled";
import { train } from "@performer/training";
import { agreeOnStart } from "./cluster/agree-on-start.ts";
import type { RunTrainingOptions, StepperFactory } from "./run-training.ts";

export interface RunWorkerOptions
  extends Pick<RunTrainingOptions, "config" | "trainFiles" | "backend" | "signal"> {
  readonly cluster: Cluster;
  readonly createStepper: StepperFactory;
}

/**
 * Its own events, logged nowhere: "start", each "step" and "end".
 * @throws {ClusterError} where the workers differ, or one of them is gone.
 */
export async function* runWorker({
  config,
  trainFiles,
  backend,
  signal,
  cluster,
  createStepper,
}: RunWorkerOptions): AsyncGenerator<RunEvent> {
  const source = createFileSource(trainFiles);
  const { sequences, residues } = await countResidues(source);
  const start = await agreeOnStart(cluster, { config, backend, sequences, residues });
  const { seed, data, masking } = config.training;
  // shapes alone matter: the chief's weights replace these
  const model = initModel(config.model, splitKey(randomKey(seed), "model"));
  const stepper = await createStepper(config, { model });
  try {
    yield* train({
      config,
      stepper,
      startStep: start.step,
      batches: createTrainingBatches({
        ...{ data, masking, direction: config.model.direction, seed, source },
        ...(start.position && { position: start.position }),
        share: { index: cluster.rank, count: cluster.members.length },
      }),
      facts: {
        parameterCount: countParameters(config.model),
        backend,
        baseline: start.baseline,
      },
      signal,
    });
  } finally {
    stepper.dispose();
  }
}
