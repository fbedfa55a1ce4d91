import {
  applyModel,
  disposeModel,
  flattenTree,
  initModel,
  type PerformerModel,
  transferModel,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig, ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { describeOnEachBackend } from "./support/backends.ts";

const softmax = (numFeatures: number) =>
  AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures,
  });

const transformer = () =>
  initModel(
    ModelConfig.parse({
      maxLength: 16,
      embeddingSize: 8,
      numHeads: 2,
      numLayers: 2,
      feedForwardSize: 16,
      attention: { mechanism: "exact" },
    }),
    randomKey(3),
  );

const bits = (model: PerformerModel) =>
  Object.entries(flattenTree(model.parameters)).map(([name, tensor]) => [
    name,
    tensor.shape,
    [...new Uint32Array(Float32Array.from(tensor.dataSync()).buffer)],
  ]);
const projections = ({ projections: all }: PerformerModel) =>
  all.map((projection) => projection.arraySync());
const logits = (model: PerformerModel) =>
  tf.tidy(() =>
    applyModel(model, {
      tokens: tf.tensor2d([[25, 1, 2, 3, 26]], [1, 5], "int32"),
    }).logits.dataSync(),
  );

describeOnEachBackend("transfer", () => {
  test("every bit of every weight is the source's, and only the attention of the config changes", () => {
    const source = transformer();
    const target = transferModel(source, softmax(16), randomKey(1));
    expect(bits(target)).toEqual(bits(source));
    expect(target.config).toEqual({ ...source.config, attention: softmax(16) });
    disposeModel(source);
    disposeModel(target);
  });

  test("projections are drawn from the key: one a layer, the same for the same key", () => {
    const source = transformer();
    const [first, again, other] = [1, 1, 2].map((seed) =>
      transferModel(source, softmax(16), randomKey(seed)),
    ) as [PerformerModel, PerformerModel, PerformerModel];
    expect(projections(first).map((rows) => rows.length)).toEqual([16, 16]);
    expect(projections(first)).toEqual(projections(again));
    expect(projections(first)).not.toEqual(projections(other));
    for (const model of [source, first, again, other]) disposeModel(model);
  });

  test("there and back again gives the source's outputs bit by bit", () => {
    const source = transformer();
    const performer = transferModel(source, softmax(16), randomKey(1));
    const back = transferModel(performer, { mechanism: "exact" }, randomKey(1));
    expect(logits(performer)).not.toEqual(logits(source));
    expect(logits(back)).toEqual(logits(source));
    for (const model of [source, performer, back]) disposeModel(model);
  });

  test("source and target are freed apart, and nothing else is left", () => {
    const before = tf.memory().numTensors;
    const source = transformer();
    const target = transferModel(source, softmax(16), randomKey(1));
    disposeModel(source);
    expect(logits(target).every(Number.isFinite)).toBe(true);
    disposeModel(target);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("an attention with other parameters is refused by the names that differ; nothing is left behind", () => {
    const source = transformer();
    const before = tf.memory().numTensors;
    expect(() => transferModel(source, { mechanism: "identity" }, randomKey(1))).toThrow(
      /parameters of "exact", got "identity", which differs in layers\/0\/attention\/query\/kernel.*train a model/,
    );
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(source);
  });
});

test("a longer maxLength goes with positions that have no table, and is refused for a table", () => {
  const source = transformer();
  const longer = transferModel(source, softmax(8), randomKey(1), { maxLength: 64 });
  expect(longer.config.maxLength).toBe(64);
  const tokens = tf.zeros<tf.Rank.R2>([1, 64], "int32");
  expect(applyModel(longer, { tokens }).hidden.shape).toEqual([1, 64, 8]);
  const learned = initModel({ ...source.config, positions: "learned" }, randomKey(3));
  expect(() => transferModel(learned, softmax(8), randomKey(1), { maxLength: 64 })).toThrow(
    "expected the maxLength 16 of its table of positions, got 64",
  );
});
