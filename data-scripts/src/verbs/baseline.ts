/** `data baseline`: perplexity and accuracy of the unigram and n-gram baselines, to hold a model against. */
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Progress, SILENT } from "@performer/download";
import {
  countNgrams,
  MAX_NGRAM_ORDER,
  ngramBaseline,
  type RecordSource,
  type ResiduePolicy,
} from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import type { DataSource, Metrics } from "@performer/schema";
import { Command, Option } from "commander";
import { findInputs, hashInputs, readInputs } from "../inputs.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { outputOption, parseWhole, progress, tell } from "../verb.ts";

const EXAMPLES = `
Writes baseline.json and baseline.txt. Baselines are fitted on --fit alone, interpolation included, and
scored on the 20 standard residues of each input, each from the residues before it.

Example:
  $ npm run data -- baseline valid.fasta.gz test.fasta.gz --fit train.fasta.gz -o datasets/baselines`;

const POLICIES = ["strict", "lenient"] as const satisfies readonly ResiduePolicy[];

interface Options {
  readonly output: string;
  /** Paths of what the baselines learn from. */
  readonly fit: readonly string[];
  /** n of the longest n-gram. */
  readonly order: number;
  readonly policy: ResiduePolicy;
}

/** baseline.json */
interface BaselineScores {
  readonly fittedOn: readonly string[];
  /** Of each order from 1 on: residues of prior weight that the order below has. */
  readonly strengths: readonly number[];
  readonly scored: readonly { readonly name: string; readonly byOrder: readonly Metrics[] }[];
}

export const baselineCommand = () =>
  new Command("baseline")
    .description("unigram and interpolated n-gram perplexity and accuracy")
    .argument("<inputs...>", "what is scored: FASTA files, packed folders, or folders of a verb")
    .addOption(
      new Option(
        "--fit <files...>",
        "what the baselines learn from, likewise",
      ).makeOptionMandatory(),
    )
    .addOption(outputOption())
    .option("--order <n>", "longest n-gram", parseWhole(1, MAX_NGRAM_ORDER), MAX_NGRAM_ORDER)
    .addOption(
      new Option(
        "--policy <policy>",
        "a letter that is no residue stops (strict) or is X (lenient)",
      )
        .choices(POLICIES)
        .default("strict"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (inputs: string[], options: Options) => {
      tell(options.output, await scoreBaselines(inputs, options, progress()));
    });

/**
 * @throws {RangeError} where an input has no standard residue to score.
 * @throws {FastaError} for a fault in an input, with file and line.
 * @throws {DataError} where the output is taken, or an input is not what its manifest says.
 */
export async function scoreBaselines(
  paths: readonly string[],
  { output, fit, order, policy }: Options,
  progress: Progress = SILENT,
): Promise<Result> {
  const fitted = await findInputs(fit);
  const scored = await findInputs(paths);
  return makeResult({
    verb: "baseline",
    folder: output,
    arguments: { order, policy, fittedOn: fit.map((path) => basename(path)) },
    currentSources: () => hashInputs([...fitted, ...scored]),
    async produce(partial) {
      const sources: DataSource[] = [];
      const hashed =
        (inputs: typeof fitted): RecordSource =>
        () =>
          readInputs(inputs, progress, (found) => sources.push(...found));
      const counts = await countNgrams(hashed(fitted), { order, policy });
      const baselines = Array.from({ length: order }, (_, n) => ngramBaseline(counts, n + 1));
      const results = [];
      for (const input of scored) {
        const byOrder: Metrics[] = [];
        for (const [i, baseline] of baselines.entries()) {
          // hashed once, read once for each order
          const source = i === 0 ? hashed([input]) : createFileSource([input.path]);
          byOrder.push(await baseline.score(source, policy));
        }
        results.push({ name: basename(input.path), byOrder });
      }
      const scores: BaselineScores = {
        fittedOn: fitted.map(({ path }) => basename(path)),
        strengths: baselines.at(-1)!.strengths,
        scored: results,
      };
      await writeFile(join(partial, "baseline.json"), `${JSON.stringify(scores, null, 2)}\n`);
      await writeFile(join(partial, "baseline.txt"), `${formatScores(scores)}\n`);
      const positions = results.reduce((sum, { byOrder }) => sum + byOrder[0]!.weightSum, 0);
      return { sources, counts: { sequences: counts.sequences, positions } };
    },
  });
}

function formatScores({ fittedOn, scored }: BaselineScores): string {
  const head = ["".padEnd(10), "perplexity".padStart(12), "accuracy".padStart(12)].join("");
  const tables = scored.map(({ name, byOrder }) => [
    `${name}, ${byOrder[0]!.weightSum.toLocaleString("en")} residues`,
    head,
    ...byOrder.map(({ perplexity, accuracy }, i) =>
      [
        (i === 0 ? "unigram" : `${i + 1}-gram`).padEnd(10),
        perplexity.toFixed(3).padStart(12),
        `${(100 * accuracy).toFixed(3)} %`.padStart(12),
      ].join(""),
    ),
    "",
  ]);
  return [`fitted on ${fittedOn.join(", ")}`, "", ...tables.flat()].join("\n").trimEnd();
}
