/** The batches of fixtures/esm2 and what transformers computes of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readTensors } from "@performer/checkpoint";
import { ESM_FILE_ROWS, TOKEN, tokenNamesOf } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";

export const ESM_CASES = ["hub", "variant", "half", "brain"] as const;
export type EsmCase = (typeof ESM_CASES)[number];

export const fixtureFolder = (name: EsmCase) => join(import.meta.dirname, "fixtures", "esm2", name);

export async function esmFixture(name: EsmCase) {
  const folder = fixtureFolder(name);
  const { rows } = JSON.parse(await readFile(join(folder, "rows.json"), "utf8")) as {
    rows: string[][];
  };
  const names = tokenNamesOf("esm");
  const idOf = (token: string) => names.indexOf(token === "<cls>" ? "<bos>" : token);
  const tokens = Int32Array.from(rows.flat(), idOf);
  const tensors = new Map(
    [...readTensors(await readFile(join(folder, "expected.safetensors")))].map(
      ({ name: key, values, shape }) => [key, { values, shape }] as const,
    ),
  );
  const tensor = (key: string) => {
    const { values, shape } = tensors.get(key) ?? { values: new Float32Array(), shape: [0] };
    return tf.tensor<tf.Rank.R3>(values, [...shape] as [number, number, number]);
  };
  return {
    tokens,
    paddingMask: Float32Array.from(tokens, (id) => Number(id !== TOKEN.pad)),
    shape: [rows.length, rows[0]?.length ?? 0] as [number, number],
    tensor,
    /** [B, L, 33] in the order of this project's ids. */
    logits: () => tf.gather(tensor("logits"), [...ESM_FILE_ROWS], 2),
  };
}

/** x [B, L, n] at positions that are no padding, zero elsewhere. */
export function realPositions(x: tf.Tensor3D, paddingMask: tf.Tensor2D): tf.Tensor3D {
  return tf.mul(x, tf.expandDims(paddingMask, 2));
}
