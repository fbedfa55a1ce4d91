/**
 * A model on the fastest backend that computes it rightly. Drivers of graphics cards differ, some
 * round to half precision, so a card must first agree with WebAssembly on a short peptide.
 */
import { readModel, WEIGHTS_FILE } from "@performer/checkpoint";
import { applyModel, disposeModel, type PerformerModel } from "@performer/performer";
import { collateSequences, encodeSequence, SPECIALS_PER_ROW } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";
import type { Ask } from "../compute/compute.ts";
import { availableBackends, startBackend } from "./backend.ts";
import type { BackendName, ModelPlace, ReadyModel } from "./calls.ts";
import { type FetchedModel, fetchModel, sha256 } from "./fetch-model.ts";

export interface OpenModel extends ReadyModel {
  readonly place: ModelPlace;
  readonly fingerprint: string;
  readonly model: PerformerModel;
}

/** Every standard residue once. */
const PEPTIDE = encodeSequence("MKTAYIQRLFVDGENWSHCP");
/** Largest difference of a logit; what is promised between page and server. */
const TOLERANCE = 1e-3;

/** @throws {Error} where the files are not there or not whole, or no backend computes them rightly. */
export async function openModel(place: ModelPlace, ask: Ask): Promise<OpenModel> {
  const files = await fetchModel(place.url, ask);
  const candidates = place.backend ? [place.backend] : await availableBackends();
  const passedOver: string[] = [];
  let expected: Float32Array | undefined;
  for (const backend of candidates) {
    ask.signal.throwIfAborted();
    try {
      if (backend !== "wasm") expected ??= await logitsOnWasm(place, files);
      await startBackend(backend);
      const model = await read(place, files);
      const found = await peptideLogits(model);
      const difference = expected ? largestDifference(found, expected) : 0;
      if (difference <= TOLERANCE) {
        return { place, fingerprint: fingerprintOf(files), model, backend, passedOver };
      }
      disposeModel(model);
      passedOver.push(`${backend}: a score differs by ${difference.toPrecision(2)}`);
    } catch (error) {
      if (backend === "wasm") throw error;
      passedOver.push(`${backend}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `openModel: expected a backend that computes the model, got none (${passedOver.join("; ")}); choose another, or let the server compute`,
  );
}

const fingerprintOf = ({ manifest }: FetchedModel): string =>
  manifest.files[WEIGHTS_FILE]?.sha256 ?? "";

const read = (place: ModelPlace, { manifest, weights }: FetchedModel): Promise<PerformerModel> =>
  readModel({ path: place.url, manifest, weights, digest: sha256 });

async function logitsOnWasm(place: ModelPlace, files: FetchedModel): Promise<Float32Array> {
  await startBackend("wasm" satisfies BackendName);
  const model = await read(place, files);
  try {
    return await peptideLogits(model);
  } finally {
    disposeModel(model);
  }
}

async function peptideLogits(model: PerformerModel): Promise<Float32Array> {
  const L = PEPTIDE.length + SPECIALS_PER_ROW;
  const { tokens } = collateSequences([PEPTIDE], { length: L });
  const logits = tf.tidy(
    () => applyModel(model, { tokens: tf.tensor2d(tokens, [1, L], "int32") }).logits,
  );
  try {
    return await logits.data<"float32">();
  } finally {
    logits.dispose();
  }
}

function largestDifference(found: Float32Array, expected: Float32Array): number {
  let largest = 0;
  for (const [i, value] of found.entries()) {
    const difference = Math.abs(value - (expected[i] as number));
    // not a number is no agreement
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
