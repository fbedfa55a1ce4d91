/** `data stats`: counts, lengths, composition and odd letters, as JSON and as a table. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Progress, SILENT } from "@performer/download";
import type { DataSource } from "@performer/schema";
import { Command } from "commander";
import { findInputs, hashInputs, readInputs } from "../inputs.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { describeSequences } from "../sequence-statistics.ts";
import { formatStatistics } from "../statistics-table.ts";
import { outputOption, progress, tell } from "../verb.ts";

const EXAMPLES = `
Writes stats.json and stats.txt. Letters are counted as the files have them: this is where J, * and
lower case can be seen before a policy removes them.

Example:
  $ npm run data -- stats datasets/uniref50-split/train.fasta.gz -o datasets/uniref50-train-stats`;

export const statsCommand = () =>
  new Command("stats")
    .description("counts, lengths, composition and odd letters")
    .argument(
      "<inputs...>",
      "FASTA files (plain, gzip, zstd), packed folders, or folders of a verb",
    )
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (inputs: string[], options: { output: string }) => {
      tell(options.output, await describeFiles(inputs, options, progress()));
    });

/**
 * @throws {FastaError} for a fault in an input, with file and line.
 * @throws {DataError} where the output is taken, or an input is not what its manifest says.
 */
export async function describeFiles(
  paths: readonly string[],
  { output }: { readonly output: string },
  progress: Progress = SILENT,
): Promise<Result> {
  const inputs = await findInputs(paths);
  return makeResult({
    verb: "stats",
    folder: output,
    arguments: {},
    currentSources: () => hashInputs(inputs),
    async produce(partial) {
      let sources: readonly DataSource[] = [];
      const records = readInputs(inputs, progress, (found) => (sources = found));
      const statistics = await describeSequences(records);
      await writeFile(join(partial, "stats.json"), `${JSON.stringify(statistics, null, 2)}\n`);
      await writeFile(join(partial, "stats.txt"), `${formatStatistics(statistics)}\n`);
      const { sequences, residues } = statistics;
      return { sources, counts: { sequences, residues } };
    },
  });
}
