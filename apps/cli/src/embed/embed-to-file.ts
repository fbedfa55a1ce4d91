/**
 * Embeddings of FASTA files into one file: survey, disk, parts, output. A run that ends at any moment
 * (a crash, kill -9, a full disk) goes on where its last whole part ends and gives the same content.
 */

import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  bytesOfValue,
  contentBytes,
  type EmbeddingLayout,
  hasParts,
  openParts,
  readOutput,
  vectorsOf,
  writeOutput,
} from "@performer/embedding-files";
import type { Encoder } from "@performer/interpret";
import { readFastaFiles } from "@performer/proteins/node";
import { EMBEDDING_FORMAT, type EmbeddingManifest } from "@performer/schema";
import { Interrupted } from "../report-error.ts";
import { SOFTWARE } from "../software.ts";
import { computeBatch } from "./compute-batch.ts";
import { assertDiskSpace, formatBytes } from "./disk-need.ts";
import { createEmbedProgress } from "./embed-progress.ts";
import type { EncodeRecordsOptions } from "./encode-records.ts";
import { outputFormat } from "./output-format.ts";
import type { ShardChoice } from "./shard.ts";
import { spoolInput } from "./spool-input.ts";
import { surveyInput } from "./survey-input.ts";
import { windowsOf } from "./windows.ts";

export interface EmbedToFileOptions {
  /** Absolute, but "-". */
  readonly files: readonly string[];
  readonly output: string;
  readonly encoder: Encoder;
  readonly model: EmbeddingManifest["model"];
  readonly backend: string;
  readonly layout: EmbeddingLayout;
  readonly encode: EncodeRecordsOptions;
  readonly shard: ShardChoice | null;
  /** Goes on with what an earlier run left; does nothing where it had finished. */
  readonly resume: boolean;
  /** Residues of a part: what a kill costs at most. */
  readonly windowResidues: number;
  readonly signal: AbortSignal;
  /** What people read of it. */
  readonly say: (line: string) => void;
}

/** Vectors of a part at most, so that memory has a bound with vectors of residues too. */
const PART_BYTES = 33_554_432;

/** @returns the manifest of the finished output. @throws {Interrupted} where the signal stopped it. */
export async function embedToFile(options: EmbedToFileOptions): Promise<EmbeddingManifest> {
  const { output, layout, encode, shard, resume, say } = options;
  const format = outputFormat(output);
  const folder = `${output}.parts`;
  await mkdir(dirname(output), { recursive: true });
  const files = await spoolInput(options.files, folder, { resume });
  const survey = await surveyInput(files, { ...encode, shard }).catch(async (error) => {
    // a copy of standard input that cannot be read must not be what --resume finds
    if (!(await hasParts(folder))) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { letters, skipLong } = encode;
  const manifest: Omit<EmbeddingManifest, "output"> = {
    format: EMBEDDING_FORMAT,
    software: SOFTWARE,
    model: options.model,
    options: { letters, skipLong },
    layout: { ...layout, columns: [...layout.columns] },
    backend: options.backend,
    shard,
    ...survey,
  };
  const finished = resume ? await readOutput(output) : undefined;
  if (finished !== undefined && isSameRun(finished, manifest)) {
    await rm(folder, { recursive: true, force: true });
    say("the output is whole already; nothing is left to do");
    return finished;
  }

  const { rows, residues } = survey.totals;
  const outputBytes = format.size(layout, survey.totals);
  const partsBytes = contentBytes(layout, survey.totals);
  const space = await assertDiskSpace({ output, outputBytes, partsBytes });
  say(
    `${rows.toLocaleString("en")} sequences, ${residues.toLocaleString("en")} residues: ${space}`,
  );
  await using parts = await openParts({ folder, layout, description: manifest, resume });
  if (parts.recordsDone > 0) say(`goes on at record ${parts.recordsDone + 1} of the input`);
  const rate = await computeParts(options, { files, residues, parts });
  say(`writing ${output}`);
  const { write } = format;
  const whole = await writeOutput({ output, write, manifest, batches: () => parts.batches() });
  await parts.remove();
  say(
    `${rows.toLocaleString("en")} sequences in ${formatBytes(whole.output.sizeBytes)}, ${Math.round(rate).toLocaleString("en")} residues/s`,
  );
  return whole;
}

interface PartsJob {
  readonly files: readonly string[];
  readonly residues: number;
  readonly parts: Awaited<ReturnType<typeof openParts>>;
}

async function computeParts(
  { encoder, layout, encode, shard, windowResidues, signal }: EmbedToFileOptions,
  { files, residues, parts }: PartsJob,
): Promise<number> {
  const progress = createEmbedProgress(residues);
  try {
    const { onTooLong: _, ...silent } = encode; // the survey has said it
    const windows = windowsOf(readFastaFiles(files), {
      ...silent,
      shard,
      windowResidues: Math.min(windowResidues, residuesInBytes(layout, PART_BYTES)),
      from: parts.recordsDone,
      onDone: (letters) => progress.skip(letters),
    });
    for await (const { records, nextRecord } of windows) {
      const onBatch = (computed: number) => {
        progress.add(computed);
        if (signal.aborted) throw new Interrupted("stopped; go on with --resume");
      };
      await parts.append(await computeBatch(records, { encoder, layout, onBatch }), nextRecord);
    }
    return progress.rate();
  } finally {
    progress.close();
  }
}

/** Residues whose vectors take `bytes`. */
function residuesInBytes(layout: EmbeddingLayout, bytes: number): number {
  const { columns, embeddingSize, dtype } = layout;
  const vectors = columns.reduce((sum, each) => sum + vectorsOf(each, { rows: 0, residues: 1 }), 0);
  if (vectors === 0) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(bytes / (vectors * embeddingSize * bytesOfValue(dtype))));
}

function isSameRun(
  { output: _, ...finished }: EmbeddingManifest,
  manifest: Omit<EmbeddingManifest, "output">,
): boolean {
  return isDeepStrictEqual(finished, JSON.parse(JSON.stringify(manifest)));
}
