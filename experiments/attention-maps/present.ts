/** The result as statements, tables and figures. */
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import type { AttentionResult, ShownHead } from "./result.ts";

type Readings = AttentionResult["trained"];
type Pattern = Readings[number][number]["pattern"];

const PATTERNS: readonly Pattern[] = ["local", "striped", "mixed", "flat"];

const count = (heads: Readings, pattern: Pattern) =>
  heads.flat().filter((reading) => reading.pattern === pattern).length;

export function attentionClaims({ trained, untrained }: AttentionResult): ExperimentClaim[] {
  const heads = trained.flat().length;
  const of = (pattern: Pattern) =>
    `${count(trained, pattern)} of ${heads} heads; untrained ${untrained.map((one) => count(one.heads, pattern)).join(", ")}`;
  const isLearned = (pattern: Pattern) =>
    untrained.every((one) => count(one.heads, pattern) < count(trained, pattern));
  return [
    {
      claim: "Some heads look at near residues: a diagonal",
      holds: isLearned("local"),
      evidence: of("local"),
    },
    {
      claim: "Some heads look at the same residues from everywhere: vertical stripes",
      holds: isLearned("striped"),
      evidence: of("striped"),
    },
  ];
}

export function attentionTables({ trained, untrained }: AttentionResult): ExperimentTable[] {
  const counts = (who: string, heads: Readings) => [
    who,
    ...PATTERNS.map((pattern) => String(count(heads, pattern))),
  ];
  return [
    {
      title: "Heads by what they look at",
      columns: ["model", ...PATTERNS],
      rows: [
        counts("trained", trained),
        ...untrained.map(({ seed, heads }) => counts(`untrained, seed ${seed}`, heads)),
      ],
    },
    {
      title: "The trained model's heads: mean distance in residues, and pattern",
      columns: ["layer", ...(trained[0] ?? []).map((_, head) => `head ${head + 1}`)],
      rows: trained.map((layer, index) => [
        String(index + 1),
        ...layer.map(({ meanDistance, pattern }) => `${meanDistance.toFixed(0)} ${pattern}`),
      ]),
    },
  ];
}

export function attentionFigures(result: AttentionResult): ExperimentFigureInput[] {
  const { protein, sequence, shown, model, step } = result;
  const layers = [...new Set(shown.map(({ layer }) => layer))];
  const caption = ({ head, meanDistance, pattern }: ShownHead) =>
    `head ${head + 1}: ${pattern}, ${meanDistance.toFixed(0)} residues`;
  return [
    {
      kind: "maps",
      id: "",
      title: `Attention of ${protein}, ${sequence.length} residues`,
      caption: `Of each layer the head with the least and with the greatest mean distance, and of the others the one whose weights differ most. Rows look at columns; each map from zero to its largest weight. ${model}, step ${step}.`,
      side: sequence.length,
      rows: layers.map((layer) => ({
        label: `layer ${layer + 1}`,
        maps: shown
          .filter((one) => one.layer === layer)
          .map((one) => ({ caption: caption(one), bytes: one.bytes })),
      })),
    },
  ];
}
