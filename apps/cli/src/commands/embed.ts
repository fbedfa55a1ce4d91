/** `performer embed`: FASTA in, one JSON line a sequence out. */
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { type EmbeddedRecord, embedRecords } from "../embed-records.ts";
import { backendOption, checkpointOption, eagerOption } from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
Output: one JSON object a line and sequence, in the order of the files:
  {"accession": "P00974", "length": 100, "mean": [E numbers]}
and with --per-residue also "residues": [length vectors of E numbers]. The vectors are the final
hidden states of the residues alone; the mean is over them. Every float32 is written exactly.

Examples:
  $ performer embed proteins.fasta > embeddings.jsonl
  $ performer embed a.fasta b.fasta.gz --per-residue --output embeddings.jsonl
  $ zcat proteins.fasta.gz | performer embed -
  $ performer embed proteins.fasta --checkpoint runs/demo/checkpoints/step-00000200`;

interface EmbedOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly output?: string;
  readonly perResidue?: true;
  readonly lenient?: true;
  readonly skipLong?: true;
}

export const embedCommand = () =>
  new Command("embed")
    .description("embed the sequences of FASTA files (plain, gzip or zstd; - is standard input)")
    .argument("<files...>", "FASTA files")
    .addOption(checkpointOption())
    .option("--output <file>", "where to write (default: standard output)")
    .option("--per-residue", "write the vector of every residue as well")
    .option("--lenient", "read letters that are no residues as X instead of refusing them")
    .option("--skip-long", "pass over sequences that the model cannot take, with a warning each")
    .addOption(backendOption())
    .addOption(eagerOption())
    .addHelpText("after", EXAMPLES)
    .action(embed);

async function embed(files: readonly string[], options: EmbedOptions): Promise<void> {
  const root = findCloneRoot();
  const { encodeMatrix, encodeNumbers } = await import("@performer/api");
  const { embedSequences } = await import("@performer/interpret");
  const { readFastaFiles } = await import("@performer/proteins/node");
  const { loadModel } = await import("../load-model.ts");

  const { model, compiled } = await loadModel(root, options);
  const { maxLength, embeddingSize } = model.config;
  const paths = files.map((file) => (file === "-" ? file : resolveUserPath(root, file)));
  const embedded = embedRecords(readFastaFiles(paths), {
    embed: (sequences) => embedSequences(compiled ?? model, sequences),
    maxResidues: maxLength - 2,
    policy: options.lenient ? "lenient" : "strict",
    ...(options.skipLong && { onTooLong: warn }),
  });
  const toLine = ({ accession, length, mean, residues }: EmbeddedRecord) => {
    const vectors = options.perResidue
      ? `,"residues":${encodeMatrix(residues, embeddingSize)}`
      : "";
    return `{"accession":${JSON.stringify(accession)},"length":${length},"mean":${encodeNumbers(mean)}${vectors}}\n`;
  };
  await writeText(
    mapEach(embedded, toLine),
    options.output && resolveUserPath(root, options.output),
  );
  await compiled?.close();
}

const warn = (message: string) => process.stderr.write(`passed over: ${message}\n`);

async function* mapEach<Item>(items: AsyncIterable<Item>, map: (item: Item) => string) {
  for await (const item of items) yield map(item);
}
