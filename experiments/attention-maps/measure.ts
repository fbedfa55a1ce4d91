/** The attention maps of one protein: of the trained model, and of fresh ones for comparison. */
import { join } from "node:path";
import { recoverAttention } from "@performer/interpret";
import { type HeadReading, readHead } from "@performer/interpret/reading";
import { disposeModel, initModel, type PerformerModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { randomKey, splitKey } from "@performer/random";
import { loadRuntime } from "@performer/tensorflow";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import { mean, standardDeviation } from "../framework/statistics.ts";
import { openModel } from "../trained/open-model.ts";
import { chooseHeads } from "./choose-heads.ts";
import type { AttentionResult, ShownHead } from "./result.ts";

export interface AttentionParameters {
  readonly checkpoint: string;
  readonly protein: string;
  readonly untrainedSeeds: readonly number[];
}

interface ReadMap {
  readonly map: Float32Array;
  readonly reading: HeadReading;
}

export async function* measureAttention(
  { checkpoint, protein, untrainedSeeds }: AttentionParameters,
  { root }: ExperimentContext<AttentionResult>,
): AsyncGenerator<ExperimentProgress<AttentionResult>, AttentionResult> {
  await loadRuntime({ root });
  const { model, manifest, name } = await openModel(root, checkpoint);
  const sequence = await findSequence(join(root, "data/anchors.fasta"), protein);
  const residues = encodeSequence(sequence);
  const total = 1 + untrainedSeeds.length;

  const trained = await readMaps(model, residues);
  yield { done: 1, total, label: "trained" };
  const untrained: AttentionResult["untrained"] = [];
  for (const seed of untrainedSeeds) {
    const fresh = initModel(model.config, splitKey(randomKey(seed), "untrained"));
    const heads = readingsOf(await readMaps(fresh, residues));
    disposeModel(fresh);
    untrained.push({ seed, heads });
    yield { done: 1 + untrained.length, total, label: `untrained, seed ${seed}` };
  }
  disposeModel(model);
  const facts = trained.map((layer) =>
    layer.map(({ map, reading }) => ({
      meanDistance: reading.meanDistance,
      variation: standardDeviation([...map]) / mean([...map]),
    })),
  );
  return {
    model: name,
    step: manifest.step,
    protein,
    sequence,
    trained: readingsOf(trained),
    untrained,
    shown: chooseHeads(facts).map(({ layer, head }) => ({
      layer,
      head,
      ...packMap(trained[layer]?.[head] as ReadMap),
    })),
  };
}

async function readMaps(model: PerformerModel, residues: Uint8Array): Promise<ReadMap[][]> {
  const { maps, length } = await recoverAttention(model, residues);
  return maps.map((layer) => layer.map((map) => ({ map, reading: readHead(map, length) })));
}

const readingsOf = (maps: readonly (readonly ReadMap[])[]) =>
  maps.map((layer) => layer.map(({ reading }) => ({ ...reading })));

/** Eight bits a weight are what a picture can show. */
function packMap({ map, reading }: ReadMap): Omit<ShownHead, "layer" | "head"> {
  const largest = map.reduce((most, weight) => Math.max(most, weight), 0);
  const bytes = Uint8Array.from(map, (weight) => Math.round((255 * weight) / largest));
  return { ...reading, largest, bytes: Buffer.from(bytes).toString("base64") };
}

/** @throws {RangeError} where the file has no such protein. */
async function findSequence(file: string, protein: string): Promise<string> {
  for await (const { header, sequence } of createFileSource([file])()) {
    if (header.split(/[\s|]/).includes(protein)) return Buffer.from(sequence).toString("latin1");
  }
  throw new RangeError(`attention-maps: expected a protein of data/anchors.fasta, got ${protein}`);
}
