/** `data pack`: records as token ids in shards with an index (docs/shard-format.md). */

import { type Progress, SILENT } from "@performer/download";
import { type FastaRecord, RESIDUES, type ResiduePolicy } from "@performer/proteins";
import { DEFAULT_SHARD_RESIDUES, MAX_SHARD_RESIDUES, writeShards } from "@performer/proteins/node";
import type { DataSource, PackManifest } from "@performer/schema";
import { Command, Option } from "commander";
import { findInputs, hashInputs, readInputs } from "../inputs.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { outputOption, parseWhole, progress, tell } from "../verb.ts";

const EXAMPLES = `
The folder can be named wherever a FASTA file can: performer train --train, performer evaluate, further
verbs. Batches are the same as from the FASTA file; resuming skips what it has seen without reading it.

Examples:
  $ npm run data -- pack datasets/uniref50-split/train.fasta.gz -o datasets/uniref50-train
  $ npm run performer -- train configs/5m.json --train datasets/uniref50-train --validation valid.fasta.gz`;

const POLICIES = ["strict", "lenient"] as const satisfies readonly ResiduePolicy[];

interface Options {
  readonly output: string;
  readonly policy: ResiduePolicy;
  readonly shardResidues: number;
}

export const packCommand = () =>
  new Command("pack")
    .description("token ids in shards with an index, for fast random access")
    .argument("<inputs...>", "FASTA files (plain, gzip, zstd) or folders of a verb, in this order")
    .addOption(outputOption())
    .addOption(
      new Option(
        "--policy <policy>",
        "a letter that is no residue stops (strict) or is X (lenient)",
      )
        .choices(POLICIES)
        .default("strict"),
    )
    .option(
      "--shard-residues <number>",
      "largest shard",
      parseWhole(1, MAX_SHARD_RESIDUES),
      DEFAULT_SHARD_RESIDUES,
    )
    .addHelpText("after", EXAMPLES)
    .action(async (inputs: string[], options: Options) => {
      tell(options.output, await packFiles(inputs, options, progress()));
    });

/**
 * @throws {FastaError} for a fault in an input, or a letter that the policy refuses, with file and line.
 * @throws {DataError} where the output is taken, or an input is not what its manifest says.
 */
export async function packFiles(
  paths: readonly string[],
  { output, policy, shardResidues }: Options,
  progress: Progress = SILENT,
): Promise<Result> {
  const inputs = await findInputs(paths);
  return makeResult({
    verb: "pack",
    folder: output,
    arguments: { policy, shardResidues },
    currentSources: () => hashInputs(inputs),
    async produce(folder) {
      let sources: readonly DataSource[] = [];
      const records: AsyncIterable<FastaRecord> = readInputs(
        inputs,
        progress,
        (found) => (sources = found),
      );
      const shards = await writeShards(records, { folder, policy, shardResidues });
      const sum = (field: "sequences" | "residues") =>
        shards.reduce((total, shard) => total + shard[field], 0);
      const alphabet = RESIDUES as PackManifest["pack"]["alphabet"];
      return {
        sources,
        counts: { sequences: sum("sequences"), residues: sum("residues"), shards: shards.length },
        pack: { version: 1, alphabet, shards },
      };
    },
  });
}
