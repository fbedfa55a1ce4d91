/** `performer score`: how a model judges proteins and their mutations, as CSV. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { TokenScorer } from "@performer/interpret";
import type { MutationMethod } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import type { EncodeRecordsOptions } from "../embed/encode-records.ts";
import { backendOption, checkpointOption, eagerOption } from "../option-parsers.ts";
import { csvLine } from "../score/csv.ts";
import type { Mutation } from "../score/parse-mutations.ts";
import type { Protein } from "../score/score-protein.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
Without --mutations and --scan, a line a protein: id, length, pseudo_perplexity (each residue hidden in
turn, a pass each; of a causal model perplexity, in one pass).

With them, a line a mutation: id, mutant, masked_marginal (its positions hidden in turn) and
wild_type_marginal (one pass over the wild type): log p(mutant) - log p(wild type), in nats, above 0
where the model prefers the mutant. Substitutions at once, A24G:T30S, are summed. Positions count from 1.
A file of mutations is CSV with a column "mutant" (and "id", where there are several proteins), or one
mutation a line.

Examples:
  $ performer score proteins.fasta -o perplexities.csv
  $ performer score insulin.fasta --mutations A24G,A24G:L30S
  $ performer score insulin.fasta --mutations variants.csv --method masked-marginals
  $ performer score insulin.fasta --scan -o scan.csv`;

/** Significant digits of a float32's figures that mean something. */
const DIGITS = 7;

interface ScoreOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly mutations?: string;
  readonly scan?: true;
  readonly method?: MutationMethod;
  readonly output?: string;
  readonly lenient?: true;
  readonly skipLong?: true;
}

export const scoreCommand = () =>
  new Command("score")
    .description("score proteins (pseudo-perplexity) or their mutations, as CSV")
    .argument("<files...>", "FASTA files (plain, gzip or zstd; - is standard input)")
    .addOption(checkpointOption())
    .addOption(
      new Option(
        "--mutations <list>",
        "mutations with commas between, or a file of them",
      ).conflicts("scan"),
    )
    .option("--scan", "score every substitution of every position")
    .addOption(
      new Option("--method <name>", "one way of scoring mutations (default: both)").choices([
        "masked-marginals",
        "single-pass",
      ] satisfies MutationMethod[]),
    )
    .option("-o, --output <file>", "where to write (default: standard output)")
    .option("--lenient", "read letters that are no residues as X instead of refusing them")
    .option("--skip-long", "pass over sequences that the model cannot take, with a warning each")
    .addOption(backendOption())
    .addOption(eagerOption())
    .addHelpText("after", EXAMPLES)
    .action(score);

async function score(files: readonly string[], options: ScoreOptions): Promise<void> {
  const root = findCloneRoot();
  const mutations =
    options.mutations === undefined ? undefined : await readMutations(root, options.mutations);
  const { eagerEncoder } = await import("@performer/interpret");
  const { loadModel } = await import("../load-model.ts");
  const paths = files.map((file) => (file === "-" ? file : resolveUserPath(root, file)));
  const { model, compiled } = await loadModel(root, options);
  const { withProgress } = await import("../score/score-progress.ts");
  const plain = compiled ?? eagerEncoder(model);
  // on a terminal the lines themselves say how far it is
  const progress =
    options.output === undefined && process.stdout.isTTY ? undefined : withProgress(plain);
  const scorer = progress ?? plain;
  const proteins = readProteins(paths, {
    maxResidues: model.config.maxLength - 2,
    letters: options.lenient ? "lenient" : "strict",
    skipLong: options.skipLong ?? false,
    onTooLong: (message) => process.stderr.write(`passed over: ${message}\n`),
  });
  const lines =
    mutations === undefined && !options.scan
      ? perplexityLines(scorer, proteins)
      : mutationLines(scorer, proteins, { mutations, method: options.method });
  await writeText(lines, options.output && resolveUserPath(root, options.output));
  progress?.close();
  await compiled?.close();
}

async function* perplexityLines(scorer: TokenScorer, proteins: AsyncIterable<Protein>) {
  const { pseudoPerplexity } = await import("@performer/interpret");
  const isCausal = scorer.config.direction === "causal";
  yield csvLine(["id", "length", isCausal ? "perplexity" : "pseudo_perplexity"]);
  for await (const { id, sequence } of proteins) {
    const perplexity = await pseudoPerplexity(scorer, sequence);
    yield csvLine([id, sequence.length, perplexity.toPrecision(DIGITS)]);
  }
}

interface MutationLineOptions {
  /** Undefined: every substitution. */
  readonly mutations: readonly Mutation[] | undefined;
  readonly method: MutationMethod | undefined;
}

async function* mutationLines(
  scorer: TokenScorer,
  proteins: AsyncIterable<Protein>,
  { mutations, method }: MutationLineOptions,
) {
  const { everySubstitution, METHOD_COLUMNS, scoreMutations } = await import(
    "../score/score-protein.ts"
  );
  const { mutationsByProtein } = await import("../score/mutations-by-protein.ts");
  const methods = method === undefined ? methodsOf(scorer) : [method];
  yield csvLine(["id", "mutant", ...methods.map((each) => METHOD_COLUMNS[each])]);
  const pairs =
    mutations === undefined
      ? withEach(proteins, everySubstitution)
      : mutationsByProtein(proteins, mutations);
  for await (const { protein, mutations: asked } of pairs) {
    for (const { name, scores } of await scoreMutations(scorer, protein, asked, methods)) {
      yield csvLine([protein.id, name, ...scores.map((each) => each.toPrecision(DIGITS))]);
    }
  }
}

/** A causal model never sees the position that it predicts: hiding it says nothing. */
const methodsOf = ({ config }: TokenScorer): MutationMethod[] =>
  config.direction === "causal" ? ["single-pass"] : ["masked-marginals", "single-pass"];

async function* withEach(
  proteins: AsyncIterable<Protein>,
  mutationsOf: (protein: Protein) => readonly Mutation[],
) {
  for await (const protein of proteins) yield { protein, mutations: mutationsOf(protein) };
}

async function readMutations(root: string, asked: string): Promise<Mutation[]> {
  const { parseMutationList, parseMutationTable } = await import("../score/parse-mutations.ts");
  const path = resolveUserPath(root, asked);
  if (!existsSync(path)) return parseMutationList(asked);
  const { readFile } = await import("node:fs/promises");
  return parseMutationTable(await readFile(path, "utf8"), basename(asked));
}

async function* readProteins(
  paths: readonly string[],
  options: EncodeRecordsOptions,
): AsyncGenerator<Protein> {
  const { readFastaFiles } = await import("@performer/proteins/node");
  const { encodeRecord } = await import("../embed/encode-records.ts");
  let number = 0;
  for await (const record of readFastaFiles(paths)) {
    const { id, sequence } = encodeRecord(record, number++, options);
    if (sequence !== null) yield { id, sequence };
  }
}
