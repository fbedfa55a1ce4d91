/** What is measured: command line → cases. */
import { parseArgs } from "node:util";
import type { ModelConfigInput } from "@performer/schema";
import type { SessionConfig } from "@performer/tensorflow/compiled";

const CONTENDERS = [
  "eager",
  "compiled-float32",
  "compiled-bf16",
  "torch-eager",
  "torch-compile",
  "torch-bf16",
  "performer-pytorch",
  "jax-jit",
] as const;
/** "compiled-recompute" computes the random features again in the backward pass. */
export type ContenderName = (typeof CONTENDERS)[number] | "compiled-recompute";

/** H 8 in both; parameters about 5 and 35 million. */
const SIZES = {
  "5M": { embeddingSize: 256, numLayers: 6, numHeads: 8, feedForwardSize: 1024 },
  "35M": { embeddingSize: 512, numLayers: 11, numHeads: 8, feedForwardSize: 2048 },
} as const;
type SizeName = keyof typeof SIZES;

/** One row of work for every contender; also its JSON on the contender's command line. */
export interface TrainCase {
  readonly title: string;
  readonly model: Pick<ModelConfigInput, keyof (typeof SIZES)[SizeName] | "residual">;
  readonly direction: "bidirectional" | "causal";
  /** B */
  readonly rows: number;
  /** L */
  readonly length: number;
  readonly tokensPerStep: number;
  /** M of the ReLU features. */
  readonly numFeatures: number;
  /** C of the causal sums. */
  readonly chunkSize: number;
  /** Settings of the compiled contenders' session, for experiments. */
  readonly session: SessionConfig;
}

export interface BenchOptions {
  readonly sizes: readonly SizeName[];
  readonly lengths: readonly number[];
  readonly directions: readonly TrainCase["direction"][];
  readonly contenders: readonly ContenderName[];
  readonly tokensPerStep: number;
  readonly rounds: number;
  readonly stepsPerRound: number;
  readonly warmUpSteps: number;
  readonly session: SessionConfig;
  /** How long to wait for other work on the machine to end. */
  readonly patienceMs: number;
}

/** @throws {TypeError} for an option that does not exist, or a value that is not one of its choices. */
export function parseBenchOptions(args: string[]): BenchOptions {
  const text = (defaultValue: string) => ({ type: "string" as const, default: defaultValue });
  const { values } = parseArgs({
    args,
    options: {
      sizes: text("5M,35M"),
      lengths: text("512,2048,8192"),
      directions: text("bidirectional,causal"),
      contenders: text(CONTENDERS.join()),
      tokens: text("8192"),
      rounds: text("5"),
      steps: text("2"),
      "warm-up": text("2"),
      "patience-seconds": text("120"),
      session: text("{}"),
    },
  });
  return {
    sizes: choices("sizes", values.sizes, Object.keys(SIZES) as SizeName[]),
    lengths: values.lengths.split(",").map(Number),
    directions: choices("directions", values.directions, ["bidirectional", "causal"]),
    contenders: choices("contenders", values.contenders, CONTENDERS),
    tokensPerStep: Number(values.tokens),
    rounds: Number(values.rounds),
    stepsPerRound: Number(values.steps),
    warmUpSteps: Number(values["warm-up"]),
    session: JSON.parse(values.session) as SessionConfig,
    patienceMs: 1000 * Number(values["patience-seconds"]),
  };
}

function choices<Choice extends string>(
  option: string,
  text: string,
  allowed: readonly Choice[],
): Choice[] {
  return text.split(",").map((name) => {
    const choice = allowed.find((candidate) => candidate === name);
    if (choice === undefined) {
      throw new TypeError(`--${option}: expected some of ${allowed.join(", ")}, got "${name}"`);
    }
    return choice;
  });
}

/** Every size, direction and length; batches shrink as rows grow, so that the tokens are equal. */
export function* trainCases(options: BenchOptions): Generator<TrainCase> {
  for (const size of options.sizes) {
    for (const direction of options.directions) {
      for (const length of options.lengths) {
        const rows = Math.max(1, Math.floor(options.tokensPerStep / length));
        yield {
          title: `${size}, ${direction}, L ${length}, B ${rows}`,
          model: SIZES[size],
          direction,
          rows,
          length,
          tokensPerStep: rows * length,
          numFeatures: 256,
          chunkSize: 64,
          session: options.session,
        };
      }
    }
  }
}
