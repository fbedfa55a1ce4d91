/** What an exported model says of its training data: what a person said, and what the files say themselves. */
import { countResidues, type RecordSource } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import type { CheckpointManifest } from "@performer/schema";
import {
  countTokensSeen,
  describeFile,
  type ExportModelOptions,
  readManifest,
} from "@performer/training";

export interface TrainingDataOptions {
  /** The checkpoint's folder. */
  readonly checkpoint: string;
  /** Absolute paths of the training files, in the order of the run; none: nobody named them. */
  readonly files: readonly string[];
  /** Folders of the checkpoints that the run began from, the latest first. */
  readonly before: readonly string[];
}

/**
 * Checksums of the files, and the tokens read in the run and in those that it began from.
 * @throws {Error} where the files are not those of a run, or the chain of checkpoints has a gap.
 */
export async function describeTrainingData({
  checkpoint,
  files,
  before,
}: TrainingDataOptions): Promise<ExportModelOptions["data"]> {
  if (files.length === 0) return {};
  const source = createFileSource(files);
  const { sequences, residues } = await countResidues(source);
  const chain = await readChain(checkpoint, before);
  for (const { name, data } of chain) {
    if (data?.sequences === sequences && data.residues === residues) continue;
    throw new Error(
      `export: expected the training files of ${name} (${data ? `${data.sequences} sequences, ${data.residues} residues in ${data.files.join(", ")}` : "which does not say"}), got ${sequences} sequences, ${residues} residues; name the files of the run, or leave --data out`,
    );
  }
  return {
    dataFiles: await Promise.all(files.map(describeFile)),
    tokensSeen: await sumTokens(chain, source),
  };
}

/** Manifests from the checkpoint back to the one whose weights were drawn. */
async function readChain(
  checkpoint: string,
  before: readonly string[],
): Promise<CheckpointManifest[]> {
  const chain = [await readManifest(checkpoint)];
  for (const folder of before) {
    const [manifest, { origin }] = [await readManifest(folder), chain.at(-1)!];
    if (origin?.name !== manifest.name || origin.step !== manifest.step) {
      throw new Error(
        `export: expected ${origin ? `${origin.name} at step ${origin.step}` : "no further checkpoint"} with --before, got ${manifest.name} at step ${manifest.step}; name the checkpoints that the run began from, the latest first`,
      );
    }
    chain.push(manifest);
  }
  const missing = chain.at(-1)?.origin;
  if (missing !== undefined) {
    throw new Error(
      `export: expected the checkpoint that the weights come from (${missing.name} at step ${missing.step}), to count what it read, got none; name it with --before, or leave --data out`,
    );
  }
  return chain;
}

async function sumTokens(
  chain: readonly CheckpointManifest[],
  source: RecordSource,
): Promise<number> {
  let tokens = 0;
  for (const manifest of chain) tokens += await countTokensSeen(manifest, source);
  return tokens;
}
