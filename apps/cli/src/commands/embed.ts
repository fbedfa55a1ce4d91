/** `performer embed`: FASTA in, embeddings out, as JSON lines or as a file that a killed run goes on with. */
import type { EmbeddingLayout, VectorType } from "@performer/embedding-files";
import type { Encoder } from "@performer/interpret";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import type { EncodeRecordsOptions } from "../embed/encode-records.ts";
import { parseShard, type ShardChoice } from "../embed/shard.ts";
import { listenForInterrupt } from "../interrupt.ts";
import {
  backendOption,
  checkpointOption,
  eagerOption,
  parseWhole,
  parseWholes,
} from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
Without --output, one JSON object a line and sequence, in the order of the files:
  {"accession": "P00974", "length": 100, "mean": [E numbers]}
and with --per-residue also "residues": [length vectors of E numbers]. The vectors are the final
hidden states of the residues alone; the mean is over them. Every float32 is written exactly.

With --output the ending chooses the format: .h5 (h5py), .parquet (pandas), .arrow (pyarrow),
.npz (NumPy) or .jsonl. The input is read once before, for its size and its errors; what is computed
lies in OUTPUT.parts until the output is whole, and --resume goes on with it after any end.
OUTPUT.manifest.json says what was made of what. docs/embed.md has the columns and code to read them.

Examples:
  $ performer embed proteins.fasta > embeddings.jsonl
  $ performer embed a.fasta b.fasta.gz --per-residue --dtype f16 -o embeddings.h5
  $ zcat proteins.fasta.gz | performer embed - --layers 3,6 -o embeddings.parquet
  $ performer embed uniref50.fasta.gz --shard 2/8 -o shard-2.arrow --resume
  $ performer embed proteins.fasta --checkpoint runs/demo/checkpoints/step-00000200`;

/** Half a minute of work of a small model on two cores. */
const WINDOW_RESIDUES = 131_072;
/** Of the stream to standard output, which is not resumed: lines come early. */
const STREAM_RESIDUES = 8192;

interface EmbedOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly output?: string;
  readonly mean: boolean;
  readonly perResidue?: true;
  readonly layers?: readonly number[];
  readonly dtype: VectorType;
  readonly shard?: ShardChoice;
  readonly resume?: true;
  readonly partResidues: number;
  readonly lenient?: true;
  readonly skipLong?: true;
}

export const embedCommand = () =>
  new Command("embed")
    .description("embed the sequences of FASTA files (plain, gzip or zstd; - is standard input)")
    .argument("<files...>", "FASTA files")
    .addOption(checkpointOption())
    .option("-o, --output <file>", "a file to write (default: JSON lines to standard output)")
    .option("--mean", "the mean over the residues (default)", true)
    .option("--no-mean", "leave the mean out, where --per-residue is given")
    .option("--per-residue", "write the vector of every residue as well")
    .option(
      "--layers <list>",
      "hidden states after so many layers, such as 0,6 (default: the last, behind the final norm)",
      parseWholes,
    )
    .addOption(
      new Option("--dtype <type>", "float32, or rounded to float16: half the size")
        .choices(["f32", "f16"] satisfies VectorType[])
        .default("f32"),
    )
    .option("--shard <i/n>", "every n-th record from the i-th on, i from 0 to n - 1", parseShard)
    .option("--resume", "go on with a run of the same files and options that did not end")
    .option(
      "--part-residues <number>",
      "residues of a part: what is computed again after a kill, at most",
      parseWhole(1, 1e9),
      WINDOW_RESIDUES,
    )
    .option("--lenient", "read letters that are no residues as X instead of refusing them")
    .option("--skip-long", "pass over sequences that the model cannot take, with a warning each")
    .addOption(backendOption())
    .addOption(eagerOption())
    .addHelpText("after", EXAMPLES)
    .action(embed);

async function embed(files: readonly string[], options: EmbedOptions): Promise<void> {
  const root = findCloneRoot();
  const output = options.output && resolveUserPath(root, options.output);
  assertOutput(options);
  const { createLayout } = await import("@performer/embedding-files");
  const { eagerEncoder } = await import("@performer/interpret");
  const { modelFingerprint } = await import("@performer/training");
  const { embedToFile } = await import("../embed/embed-to-file.ts");
  const { outputFormat } = await import("../embed/output-format.ts");
  const { loadModel } = await import("../load-model.ts");

  if (output !== undefined) outputFormat(output); // a wrong name is found before a model is loaded
  const { model, compiled, manifest, directory, backend } = await loadModel(root, options);
  const { maxLength, embeddingSize, numLayers } = model.config;
  assertLayers(options.layers, numLayers);
  const layout = createLayout({
    embeddingSize,
    dtype: options.dtype,
    layers: options.layers ?? null,
    mean: options.mean,
    perResidue: options.perResidue ?? false,
  });
  const encode: EncodeRecordsOptions = {
    maxResidues: maxLength - 2,
    letters: options.lenient ? "lenient" : "strict",
    skipLong: options.skipLong ?? false,
    onTooLong: (message) => process.stderr.write(`passed over: ${message}\n`),
  };
  const encoder = compiled ?? eagerEncoder(model);
  const paths = files.map((file) => (file === "-" ? file : resolveUserPath(root, file)));
  if (output === undefined) {
    await printLines(paths, { encoder, layout, encode });
  } else {
    using interruption = listenForInterrupt("Stopping; once more ends it at once …");
    await embedToFile({
      files: paths,
      output,
      encoder,
      model: {
        name: manifest.name,
        step: manifest.step,
        weightsSha256: modelFingerprint(directory, manifest),
      },
      backend,
      layout,
      encode,
      shard: options.shard ?? null,
      resume: options.resume ?? false,
      windowResidues: options.partResidues,
      signal: interruption.signal,
      say: (line) => process.stderr.write(`${line}\n`),
    });
  }
  await compiled?.close();
}

interface PrintOptions {
  readonly encoder: Encoder;
  readonly layout: EmbeddingLayout;
  readonly encode: EncodeRecordsOptions;
}

async function printLines(
  paths: readonly string[],
  { encoder, layout, encode }: PrintOptions,
): Promise<void> {
  const { readFastaFiles } = await import("@performer/proteins/node");
  const { computeBatch } = await import("../embed/compute-batch.ts");
  const { embeddingLines } = await import("../embed/json-lines.ts");
  const { windowsOf } = await import("../embed/windows.ts");
  const windows = windowsOf(readFastaFiles(paths), {
    ...encode,
    shard: null,
    windowResidues: STREAM_RESIDUES,
    from: 0,
  });
  const lines = async function* () {
    for await (const { records } of windows) {
      yield* embeddingLines(layout, await computeBatch(records, { encoder, layout }));
    }
  };
  await writeText(lines(), undefined);
}

/** Options that need a file. @throws {Error} with the remedy. */
function assertOutput({ output, shard, resume }: EmbedOptions): void {
  if (output === undefined && (shard !== undefined || resume)) {
    throw new Error(
      "embed: expected --output FILE with --shard and --resume, got none; name a file, such as -o embeddings.arrow",
    );
  }
  if (shard !== undefined && !output?.endsWith(".arrow")) {
    throw new Error(
      `embed: expected a shard as an Arrow file, got ${output}; name it FILE.arrow, and choose the format when the shards are put together: performer embed-merge`,
    );
  }
}

function assertLayers(layers: readonly number[] | undefined, numLayers: number): void {
  const wrong = layers?.find((layer) => layer > numLayers);
  if (wrong === undefined) return;
  throw new Error(
    `embed: expected --layers from 0 (the embedded tokens) to ${numLayers} (the last), got ${wrong}`,
  );
}
