/**
 * A model over sets of sequences and parts of them, with several draws of the masked positions, beside
 * n-gram baselines. Parts may overlap: sequences are grouped by the parts that hold them, each group is
 * scored once a draw, and sums of groups make up the parts.
 */
import {
  type BatchOptions,
  countResidues,
  createEvaluationBatches,
  type FastaRecord,
  type NgramBaseline,
  parseHeader,
  type RecordSource,
  STANDARD_RESIDUES,
} from "@performer/proteins";
import type { EvaluatedPart } from "@performer/schema";
import { addSums, type MetricSums, metricsOf, NO_SUMS } from "../metrics.ts";
import { type BatchEvaluator, sumBatches } from "./evaluate-batches.ts";
import type { SequencePart } from "./sequence-parts.ts";

export interface EvaluateSetOptions extends Omit<BatchOptions, "source" | "seed"> {
  readonly evaluate: BatchEvaluator;
  /** For messages. */
  readonly name: string;
  readonly source: RecordSource;
  /** Beside the whole set. */
  readonly parts?: readonly SequencePart[];
  readonly baselines: readonly NgramBaseline[];
  /** One a draw of the masked positions. */
  readonly seeds: readonly number[];
  /** Of a group and draw; all without. */
  readonly maxBatches?: number | undefined;
  /** Before each draw, from 0. */
  readonly onDraw?: (draw: number) => void;
}

/** What was summed over the sequences that the same parts hold. */
interface Group {
  readonly heldBy: readonly SequencePart[];
  readonly sequences: number;
  /** One a draw. */
  readonly draws: readonly MetricSums[];
  /** One a baseline. */
  readonly baselines: readonly MetricSums[];
}

/**
 * "all", then each part.
 * @throws {Error} where a part holds no sequence of the set, or nothing was scored in it.
 * @throws {FastaError} from the source.
 */
export async function evaluateSet(options: EvaluateSetOptions): Promise<EvaluatedPart[]> {
  const { parts = [], seeds, baselines } = options;
  const sources = await groupSources(options.source, parts);
  for (const part of parts) {
    if (sources.some(({ heldBy }) => heldBy.includes(part))) continue;
    throw new Error(
      `evaluateSet: expected sequences of ${options.name} with ${part.name}, got none; is the list that of another set?`,
    );
  }
  const draws = sources.map(() => [] as MetricSums[]);
  for (const [draw, seed] of seeds.entries()) {
    options.onDraw?.(draw);
    for (const [i, { source }] of sources.entries()) {
      const batches = createEvaluationBatches({ ...options, source, seed });
      const { maxBatches } = options;
      draws[i]?.push(
        await sumBatches(options.evaluate, batches, maxBatches === undefined ? {} : { maxBatches }),
      );
    }
  }
  const groups: Group[] = [];
  for (const [i, { heldBy, source }] of sources.entries()) {
    const { sequences, byResidue } = await countResidues(source, options.policy);
    const hasStandard = byResidue.slice(0, STANDARD_RESIDUES.length).some((count) => count > 0);
    const scores: MetricSums[] = [];
    for (const baseline of baselines) {
      scores.push(hasStandard ? await baseline.score(source, options.policy) : NO_SUMS);
    }
    groups.push({ heldBy, sequences, draws: draws[i] ?? [], baselines: scores });
  }
  const whole = combine("all", groups, options);
  return [
    whole,
    ...parts.map((part) =>
      combine(
        part.name,
        groups.filter(({ heldBy }) => heldBy.includes(part)),
        options,
      ),
    ),
  ];
}

/** The groups that occur, each as a source of its own. */
async function groupSources(source: RecordSource, parts: readonly SequencePart[]) {
  const keyOf = ({ header }: FastaRecord) => {
    const { accession } = parseHeader(header);
    return parts.map((part) => (part.holds(accession) ? "1" : "0")).join("");
  };
  if (parts.length === 0) return [{ heldBy: parts, source }];
  const keys = new Set<string>();
  for await (const record of source()) keys.add(keyOf(record));
  return [...keys].sort().map((key) => ({
    heldBy: parts.filter((_, index) => key[index] === "1"),
    source: async function* () {
      for await (const record of source()) if (keyOf(record) === key) yield record;
    },
  }));
}

function combine(
  name: string,
  groups: readonly Group[],
  { name: set, seeds, baselines }: EvaluateSetOptions,
): EvaluatedPart {
  const total = (pick: (group: Group) => MetricSums | undefined) =>
    metricsOf(groups.reduce((sums, group) => addSums(sums, pick(group) ?? NO_SUMS), NO_SUMS));
  const draws = seeds.map((_, draw) => total((group) => group.draws[draw]));
  const pooled = metricsOf(draws.reduce((sums, draw) => addSums(sums, draw), NO_SUMS));
  if (pooled.weightSum === 0) {
    throw new Error(
      `evaluateSet: expected scored positions in ${set}, part "${name}", got none; is it empty?`,
    );
  }
  const spread = (measure: "perplexity" | "accuracy") => ({
    mean: pooled[measure],
    deviation: deviation(draws.map((draw) => draw[measure])),
  });
  return {
    name,
    sequences: groups.reduce((sum, { sequences }) => sum + sequences, 0),
    model: { draws, perplexity: spread("perplexity"), accuracy: spread("accuracy") },
    baselines: baselines.map((_, order) => total((group) => group.baselines[order])),
  };
}

/** Standard deviation of a sample, divisor n − 1. */
function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
