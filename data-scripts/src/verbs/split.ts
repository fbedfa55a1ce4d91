/** `data split`: train, validation and test by the hash of the cluster, with families held out. */
import { basename, join } from "node:path";
import { type Progress, SILENT } from "@performer/download";
import { digestFile } from "@performer/durable-files";
import { parseHeader } from "@performer/proteins";
import type { DataSource } from "@performer/schema";
import { Command, Option } from "commander";
import { DataError } from "../data-error.ts";
import { createFastaWriter, type FastaWriter } from "../fasta-writer.ts";
import { createHeldOutList, readHeldOutList } from "../held-out-list.ts";
import { findInputs, hashInputs, readInputs } from "../inputs.ts";
import { type Part, partOfId, type Shares } from "../part-of-id.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { outputOption, parseShare, progress, tell } from "../verb.ts";

const EXAMPLES = `
Writes train.fasta.gz, valid.fasta.gz and test.fasta.gz, and held-out.fasta.gz with --hold-out. The part of
a record follows from its identifier alone (UniRef50_P00974: the cluster), so it never changes. Split
clustered data: the members of one family in UniRef100 would go to different parts.

A list of --hold-out has one a line: UniRef50_P00974, P00974, BPT1_BOVIN (RepID) or TaxID=9913.

Examples:
  $ npm run data -- split datasets/uniref50-filtered -o datasets/uniref50-split
  $ npm run data -- split mine.fasta.gz --valid 0.05 --test 0.05 --hold-out families.txt -o datasets/mine`;

interface Options extends Shares {
  readonly output: string;
  /** Path of a list. */
  readonly holdOut?: string;
}

export const splitCommand = () =>
  new Command("split")
    .description("train, validation and test parts by the hash of the cluster")
    .argument(
      "<inputs...>",
      "FASTA files (plain, gzip, zstd), packed folders, or folders of a verb",
    )
    .addOption(outputOption())
    .addOption(
      new Option("--valid <share>", "of the records, for validation")
        .argParser(parseShare)
        .default(0.01),
    )
    .addOption(
      new Option("--test <share>", "of the records, for the test")
        .argParser(parseShare)
        .default(0.01),
    )
    .option(
      "--hold-out <file>",
      "list of clusters, accessions, RepIDs or TaxIDs that are in no part",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (inputs: string[], options: Options) => {
      tell(options.output, await splitFiles(inputs, options, progress()));
    });

/**
 * @throws {RangeError} where nothing is left for training.
 * @throws {FastaError} for a fault in an input, with file and line.
 * @throws {DataError} where the output is taken, an input is not what its manifest says, or an entry
 *   of the list belongs to no record: a misspelt family would be trained on.
 */
export async function splitFiles(
  paths: readonly string[],
  { output, valid, test, holdOut }: Options,
  progress: Progress = SILENT,
): Promise<Result> {
  if (valid + test >= 1) {
    throw new RangeError(
      `split: expected shares of valid and test below 1 together, got ${valid} and ${test}; leave some for training`,
    );
  }
  const inputs = await findInputs(paths);
  const listFile = holdOut === undefined ? [] : [holdOut];
  const listSources = async () =>
    Promise.all(
      listFile.map(async (path) => ({ name: basename(path), ...(await digestFile(path)) })),
    );
  const list = holdOut === undefined ? createHeldOutList([]) : await readHeldOutList(holdOut);
  return makeResult({
    verb: "split",
    folder: output,
    arguments: { valid, test },
    currentSources: async () => [...(await hashInputs(inputs)), ...(await listSources())],
    async produce(partial) {
      let sources: readonly DataSource[] = [];
      const counts: Record<Part | "held-out", number> = {
        train: 0,
        valid: 0,
        test: 0,
        "held-out": 0,
      };
      const names = ["train", "valid", "test", ...(holdOut === undefined ? [] : ["held-out"])];
      const writers = new Map<string, FastaWriter>(
        names.map((name) => [name, createFastaWriter(join(partial, `${name}.fasta.gz`))]),
      );
      for await (const { header, sequence } of readInputs(
        inputs,
        progress,
        (found) => (sources = found),
      )) {
        const parsed = parseHeader(header);
        const part = list.holds(parsed) ? "held-out" : partOfId(parsed.id, { valid, test });
        counts[part]++;
        await writers.get(part)!.write(header, sequence);
      }
      for (const writer of writers.values()) await writer.close();
      assertAllMatched(list.unmatched(), holdOut);
      return { sources: [...sources, ...(await listSources())], counts };
    },
  });
}

function assertAllMatched(unmatched: readonly string[], path: string | undefined): void {
  if (unmatched.length === 0) return;
  const some = unmatched.slice(0, 5).join(", ");
  throw new DataError(
    `split: expected every entry of ${path} to belong to a record, got none for ${some}${unmatched.length > 5 ? ` and ${unmatched.length - 5} more` : ""}; correct or remove them: what is not found would be trained on`,
  );
}
