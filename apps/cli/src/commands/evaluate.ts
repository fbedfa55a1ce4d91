/** `performer evaluate`: perplexity and accuracy of a model on FASTA files, beside n-gram baselines. */
import { type DataConfig, MaskingConfig } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import {
  backendOption,
  checkpointOption,
  eagerOption,
  parseShare,
  parseWhole,
} from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
A masked (bidirectional) model is scored on masked positions, chosen by the seed; a causal one on
every next token. Long sequences are split into windows, so every residue is read. The baselines
predict each residue from the residues before it (unigram: from none) by what they counted in the files
of --baseline. Each file is scored by itself, or with --subset also in parts.

--subset names a tab-separated table: its first line names the columns, the first of which is
"accession". Each --where makes a part of the sequences whose row meets it; sequences without a row
belong to none; without --where the part is the sequences that have one.

Examples:
  $ performer evaluate                               the default model on the bundled validation sample
  $ performer evaluate test.fasta.gz --checkpoint runs/demo
  $ performer evaluate valid.fasta.gz test.fasta.gz --baseline train.fasta.gz --draws 5 \\
      --subset nearest.tsv --where "max_identity < 0.5" --report figures.json`;

interface EvaluateOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly baseline?: string[];
  readonly order: number;
  readonly subset?: string;
  readonly where?: string[];
  readonly draws: number;
  readonly batches?: number;
  readonly layout?: DataConfig["layout"];
  readonly hidden: number;
  readonly seed: number;
  readonly lenient?: true;
  readonly json?: true;
  readonly report?: string;
}

export const evaluateCommand = () =>
  new Command("evaluate")
    .description("perplexity and accuracy of a model on FASTA files, beside n-gram baselines")
    .argument("[files...]", "FASTA files (default: the bundled validation sample)")
    .addOption(checkpointOption())
    .option(
      "--baseline <files...>",
      "FASTA files that the baselines are fitted on (default: the bundled training sample)",
    )
    .option("--order <n>", "longest n-gram of the baselines", parseWhole(1, 5), 5)
    .option("--subset <file>", "a table of sequences, for figures of a part as well")
    .option("--where <conditions...>", 'of --subset, such as "max_identity < 0.5"')
    .option(
      "--hidden <share>",
      "of each sequence, that a masked model fills in, whatever its training hid",
      parseShare,
      MaskingConfig.parse({}).fraction,
    )
    .option("--draws <number>", "draws of the masked positions", parseWhole(1, 1000), 1)
    .option(
      "--batches <number>",
      "stop after so many batches of a draw, without --subset (default: all)",
      parseWhole(1, 1e9),
    )
    .addOption(
      new Option(
        "--layout <name>",
        "a sequence a row (pad), or joined ones (concatenate; default: as in training)",
      ).choices(["pad", "concatenate"] satisfies DataConfig["layout"][]),
    )
    .option("--seed <number>", "of the first draw", parseWhole(0, 0x7fffffff), 0)
    .option("--lenient", "read letters that are no residues as X instead of refusing them")
    .option("--json", "print the report as JSON")
    .option("--report <file>", "write the report as JSON, and print the table")
    .addOption(backendOption())
    .addOption(eagerOption())
    .addHelpText("after", EXAMPLES)
    .action(evaluate);

async function evaluate(files: readonly string[], options: EvaluateOptions): Promise<void> {
  const root = findCloneRoot();
  const { measureReport } = await import("../measure-report.ts");
  const { formatReport } = await import("../format-report.ts");
  const report = await measureReport(root, files, options);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (options.report !== undefined) {
    await writeText([json], resolveUserPath(root, options.report));
  }
  process.stdout.write(options.json ? json : `${formatReport(report)}\n`);
}
