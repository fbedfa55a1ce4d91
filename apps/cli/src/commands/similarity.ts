/** `performer similarity`: which amino acids a model takes for alike, beside BLOSUM62. */
import { join } from "node:path";
import type { EdgeWeight } from "@performer/interpret";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption, parseWhole } from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
Two amino acids are alike where the heads attend to them alike (Vig et al. 2020): each head's attention
is shared out among the amino acids that receive it, and the shares are correlated over the heads. The
weight of an attention a is, with --edges v1, a where it is above 0.1; v2, 1 where it is 0.3 or more;
flat, a itself, for linear attention, whose maps may be too even to pass a threshold. Heads with a total
weight under 100 are left out. The interval is a bootstrap over sequences, p a Mantel permutation test.

Examples:
  $ performer similarity
  $ performer similarity proteins.fasta.gz --sequences 800 --json similarity.json --svg similarity.svg
  $ performer similarity --edges v1 --tsv matrix.tsv --checkpoint runs/demo`;

const EDGES = ["v1", "v2", "flat"] as const satisfies readonly EdgeWeight[];

interface SimilarityOptions {
  readonly edges?: EdgeWeight;
  readonly sequences: number;
  readonly longest: number;
  readonly seed: number;
  readonly json?: string;
  readonly tsv?: string;
  readonly svg?: string;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

export const similarityCommand = () =>
  new Command("similarity")
    .description("similarity of amino acids by attention, beside BLOSUM62")
    .argument("[files...]", "FASTA files to read (default: the bundled validation sample)")
    .addOption(
      new Option(
        "--edges <weight>",
        "of an attention (default: flat of linear attention, else v1)",
      ).choices(EDGES),
    )
    .option("--sequences <number>", "the first so many that fit", parseWhole(2, 100_000), 100)
    .option("--longest <residues>", "pass over longer ones", parseWhole(1, 1_048_576), 256)
    .option("--seed <number>", "of permutations and resamples", parseWhole(0, 0x7fffffff), 0)
    .option("--json <file>", "write matrices and figures, as GET /v1/similarity gives them")
    .option("--tsv <file>", "write the matrix as a tab-separated table")
    .option("--svg <file>", "draw the matrix beside BLOSUM62")
    .addOption(checkpointOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(similarity);

/** Shorter ones say little, and the dashboard passes over them too. */
const SHORTEST = 32;

async function similarity(files: readonly string[], options: SimilarityOptions): Promise<void> {
  const root = findCloneRoot();
  const { aminoAcidSimilarity, hasAttentionMap } = await import("@performer/interpret");
  const { SPECIALS_PER_ROW } = await import("@performer/proteins");
  const { randomKey } = await import("@performer/random");
  const { drawSimilarity, formatSimilarity, similarityTable } = await import(
    "../similarity-output.ts"
  );
  const { modelFingerprint } = await import("@performer/training");
  const { loadModel } = await import("../load-model.ts");
  const { readSequences } = await import("../read-sequences.ts");

  const { model, manifest, directory } = await loadModel(root, { ...options, eager: true });
  const { attention, maxLength } = model.config;
  if (!hasAttentionMap(attention)) {
    throw new Error(
      `similarity: expected a model with favor, exact, local or sparse attention, got "${attention.mechanism}" in ${manifest.name}; name another with --checkpoint`,
    );
  }
  const sequences = await readSequences({
    files:
      files.length > 0
        ? files.map((file) => resolveUserPath(root, file))
        : [join(root, "data", "sample-valid.fasta.gz")],
    maxLength: Math.min(maxLength, options.longest + SPECIALS_PER_ROW),
    minResidues: Math.min(SHORTEST, options.longest),
    count: options.sequences,
    policy: "lenient",
    remedy: "raise --longest, or name other files",
  });
  const result = await aminoAcidSimilarity(model, sequences, {
    key: randomKey(options.seed),
    ...(options.edges && { edges: options.edges }),
  });
  const fingerprint = modelFingerprint(directory, manifest);
  const outputs = [
    [options.json, () => `${JSON.stringify({ model: manifest.name, fingerprint, ...result })}\n`],
    [options.tsv, () => similarityTable(result)],
    [options.svg, () => drawSimilarity(result, `${manifest.name}, step ${manifest.step}`)],
  ] as const;
  for (const [file, textOf] of outputs) {
    if (file !== undefined) await writeText([textOf()], resolveUserPath(root, file));
  }
  process.stdout.write(`${formatSimilarity(`${manifest.name}, step ${manifest.step}`, result)}\n`);
}
