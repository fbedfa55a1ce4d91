/** `data filter`: records that fit, with every letter one of the 25 residues. */
import { join } from "node:path";
import { type Progress, SILENT } from "@performer/download";
import { FastaError, parseHeader, ResidueError } from "@performer/proteins";
import type { DataManifest, DataSource } from "@performer/schema";
import { Command, Option } from "commander";
import { createFastaWriter } from "../fasta-writer.ts";
import { type FilterRules, judgeRecord, LETTER_POLICIES, type Verdict } from "../filter-records.ts";
import { findInputs, hashInputs, readInputs } from "../inputs.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { outputOption, parseShare, parseWhole, progress, tell } from "../verb.ts";

const LONGEST = 100_000_000;

const EXAMPLES = `
Writes sequences.fasta.gz. J becomes X, one * at the end and gaps are dropped, lower case is upper case;
other letters are --letters. The defaults keep every record.

Examples:
  $ npm run data -- filter datasets/uniref50 --min-length 30 --max-length 2000 -o datasets/uniref50-filtered
  $ npm run data -- filter mine.fasta --max-odd 0.05 --letters drop -o datasets/mine`;

interface Options extends FilterRules {
  readonly output: string;
}

export const filterCommand = () =>
  new Command("filter")
    .description("keep the records of a length and with few odd residues")
    .argument(
      "<inputs...>",
      "FASTA files (plain, gzip, zstd), packed folders, or folders of a verb",
    )
    .addOption(outputOption())
    .option("--min-length <residues>", "shortest record kept", parseWhole(1, LONGEST), 1)
    .option("--max-length <residues>", "longest record kept", parseWhole(1, LONGEST), LONGEST)
    .addOption(
      new Option("--max-odd <share>", "largest share of B, O, U, X, Z of a record kept")
        .argParser(parseShare)
        .default(1),
    )
    .addOption(
      new Option(
        "--letters <policy>",
        "a letter that is no residue stops, becomes X, drops its record",
      )
        .choices(LETTER_POLICIES)
        .default("refuse"),
    )
    .addHelpText("after", EXAMPLES)
    .action(
      async (inputs: string[], options: Omit<Options, "maxOddShare"> & { maxOdd: number }) => {
        const { output, minLength, maxLength, maxOdd, letters } = options;
        const rules = { minLength, maxLength, maxOddShare: maxOdd, letters };
        tell(output, await filterFiles(inputs, { output, ...rules }, progress()));
      },
    );

/**
 * @throws {FastaError} for a fault in an input, with file and line.
 * @throws {DataError} where the output is taken, or an input is not what its manifest says.
 */
export async function filterFiles(
  paths: readonly string[],
  { output, ...rules }: Options,
  progress: Progress = SILENT,
): Promise<Result> {
  const inputs = await findInputs(paths);
  return makeResult({
    verb: "filter",
    folder: output,
    arguments: { ...rules },
    currentSources: () => hashInputs(inputs),
    async produce(partial) {
      let sources: readonly DataSource[] = [];
      const counts: Record<Verdict, number> & DataManifest["counts"] = {
        kept: 0,
        residues: 0,
        tooShort: 0,
        tooLong: 0,
        odd: 0,
        badLetter: 0,
      };
      const writer = createFastaWriter(join(partial, "sequences.fasta.gz"));
      for await (const record of readInputs(inputs, progress, (found) => (sources = found))) {
        const { verdict, letters } = judge(record, rules);
        counts[verdict]++;
        if (verdict !== "kept") continue;
        counts["residues"]! += letters.length;
        await writer.write(record.header, letters);
      }
      await writer.close();
      return { sources, counts };
    },
  });
}

/** @throws {FastaError} that names the record. */
function judge(
  record: Parameters<typeof judgeRecord>[0] &
    ConstructorParameters<typeof FastaError>[0] & { header: string },
  rules: FilterRules,
) {
  try {
    return judgeRecord(record, rules);
  } catch (cause) {
    if (!(cause instanceof ResidueError)) throw cause;
    const { id } = parseHeader(record.header);
    throw new FastaError(
      record,
      `record ${JSON.stringify(id)}: ${JSON.stringify(cause.letter)} at position ${cause.position} is no residue; remove it, or choose --letters as-x or --letters drop`,
      { cause },
    );
  }
}
