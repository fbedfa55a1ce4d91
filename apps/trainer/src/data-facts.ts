/** What a run must know of its data before the first step: size, and the baseline to beat. */
import { basename } from "node:path";
import { countResidues, empiricalBaseline, type RecordSource } from "@performer/proteins";
import type { CheckpointManifest, RunEvent } from "@performer/schema";

export interface DataFacts {
  /** Of the training set, for the manifest. */
  readonly training: NonNullable<CheckpointManifest["data"]>;
  /** Residue frequencies of the training set, scored on the validation set. */
  readonly baseline: Extract<RunEvent, { type: "start" }>["baseline"];
}

/**
 * Reads both sets once, from end to end.
 * @throws {RangeError} where the validation set has no standard residue.
 */
export async function describeData(
  trainFiles: readonly string[],
  trainSource: RecordSource,
  validationSource: RecordSource,
): Promise<DataFacts> {
  const counts = await countResidues(trainSource);
  const score = empiricalBaseline(counts).score(await countResidues(validationSource));
  return {
    training: {
      files: trainFiles.map((path) => basename(path)),
      sequences: counts.sequences,
      residues: counts.residues,
    },
    baseline: { perplexity: score.perplexity, accuracy: score.accuracy },
  };
}
