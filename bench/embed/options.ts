/** What `npm run bench -- embed` takes, and what a contender is told. */
import { parseArgs } from "node:util";

export const CONTENDERS = [
  "exact-float32",
  "exact-bf16",
  "favor-float32",
  "favor-bf16",
  "torch-float32",
  "torch-bf16",
] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** The same for all contenders; the default is the size of ESM-2 8M. */
export interface EmbedCase {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly inner: number;
  /** M of linear attention. */
  readonly features: number;
  /** Padded tokens of a batch at most; a longer sequence goes alone. */
  readonly batchTokens: number;
  /** Folder of the weights, as transformers saves them; made by torch where it is there. */
  readonly checkpoint: string;
  /** JSON file: the sets of sequences, one after another. */
  readonly sets: string;
}

export interface EmbedOptions {
  readonly contenders: readonly ContenderName[];
  readonly lengths: readonly number[];
  readonly rounds: number;
  /** Residues of a set at least, so that a short length is more than one batch. */
  readonly residues: number;
  /** Of the real sample; 0 leaves it out. */
  readonly sampleProteins: number;
  readonly patienceSeconds: number;
  readonly size: Pick<
    EmbedCase,
    "layers" | "heads" | "width" | "inner" | "features" | "batchTokens"
  >;
}

export function readOptions(args: readonly string[]): EmbedOptions {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      contenders: text(CONTENDERS.join(",")),
      lengths: text("100,300,1000,3000,8000,16000,30000"),
      rounds: text("3"),
      residues: text("32000"),
      "sample-proteins": text("400"),
      "patience-seconds": text("120"),
      layers: text("6"),
      heads: text("20"),
      width: text("320"),
      inner: text("1280"),
      features: text("256"),
      "batch-tokens": text("8192"),
    },
  });
  const names = values.contenders.split(",");
  const unknown = names.find((name) => !CONTENDERS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new TypeError(`--contenders: expected ${CONTENDERS.join(", ")}, got "${unknown}"`);
  }
  return {
    contenders: names as ContenderName[],
    lengths: values.lengths.split(",").filter(Boolean).map(Number),
    rounds: Number(values.rounds),
    residues: Number(values.residues),
    sampleProteins: Number(values["sample-proteins"]),
    patienceSeconds: Number(values["patience-seconds"]),
    size: {
      layers: Number(values.layers),
      heads: Number(values.heads),
      width: Number(values.width),
      inner: Number(values.inner),
      features: Number(values.features),
      batchTokens: Number(values["batch-tokens"]),
    },
  };
}
