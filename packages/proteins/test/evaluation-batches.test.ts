import { createEvaluationBatches, encodeSequence, RESIDUES, TOKEN } from "@performer/proteins";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allInputs,
  allTargets,
  dataConfigs,
  directions,
  MASKING,
  rowTargets,
  sequencesOf,
  sourceOf,
} from "./batch-cases.ts";
import { collect } from "./fasta-cases.ts";

const common = { masking: MASKING, seed: 5 };

test("every residue of the set is covered exactly once and in order, however long its sequence", async () => {
  await fc.assert(
    fc.asyncProperty(
      sequencesOf(RESIDUES, 200),
      dataConfigs,
      directions,
      async (sequences, data, direction) => {
        const batches = await collect(
          createEvaluationBatches({ ...common, source: sourceOf(sequences), data, direction }),
        );
        const residues = allTargets(batches).filter((id) => id < RESIDUES.length);
        expect(residues).toEqual(sequences.flatMap((sequence) => [...encodeSequence(sequence)]));
        for (const batch of batches) {
          expect([batch.rows, batch.length]).toEqual([data.batchSize, data.sequenceLength]);
          expect(batch.inputs.length).toBe(data.batchSize * data.sequenceLength);
        }
      },
    ),
  );
});

test("causal: every residue and every end of a sequence is scored exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(sequencesOf(RESIDUES, 200), dataConfigs, async (sequences, data) => {
      let residues = 0;
      let ends = 0;
      for await (const { targets, lossMask } of createEvaluationBatches({
        ...common,
        source: sourceOf(sequences),
        data,
        direction: "causal",
      })) {
        for (let i = 0; i < targets.length; i++) {
          if (lossMask[i] === 0) continue;
          if (targets[i] === TOKEN.eos) ends++;
          else residues++;
        }
      }
      expect(residues).toBe(sequences.join("").length);
      expect(ends).toBe(sequences.length);
    }),
  );
});

test("concatenate: the rows joined are bos and the sequences, each with its eos", async () => {
  await fc.assert(
    fc.asyncProperty(sequencesOf(RESIDUES, 60), directions, async (sequences, direction) => {
      const data = {
        sequenceLength: 16,
        batchSize: 2,
        layout: "concatenate",
        shuffleBuffer: 1,
      } as const;
      const batches = await collect(
        createEvaluationBatches({ ...common, source: sourceOf(sequences), data, direction }),
      );
      const stream = sequences.flatMap((sequence) => [...encodeSequence(sequence), TOKEN.eos]);
      const joined = [TOKEN.bos, ...stream];
      if (direction === "causal") {
        expect(allTargets(batches)).toEqual(stream);
        expect(allInputs(batches)).toEqual(joined.slice(0, -1));
      } else expect(allTargets(batches)).toEqual(joined);
    }),
  );
});

test("pad: windows of one sequence differ in length by at most one", async () => {
  const data = { sequenceLength: 12, batchSize: 8, layout: "pad", shuffleBuffer: 1 } as const;
  const source = sourceOf(["A".repeat(31)]); // four windows of at most ten
  const [batch] = await collect(
    createEvaluationBatches({ ...common, source, data, direction: "bidirectional" }),
  );
  const lengths = Array.from({ length: 8 }, (_, row) => rowTargets(batch!, row).length);
  expect(lengths).toEqual([9, 10, 10, 10, 0, 0, 0, 0]);
});

test("two passes give the same batches, another seed other masks", async () => {
  const data = { sequenceLength: 32, batchSize: 2, layout: "pad", shuffleBuffer: 9 } as const;
  const source = sourceOf(["MKVLAMKVLAMKVLAMKVLA", "ACDEFGHIKLMNPQRSTVWY", "WWWWWWWWWWWWWWWW"]);
  const pass = (seed: number) =>
    collect(
      createEvaluationBatches({ source, data, masking: MASKING, direction: "bidirectional", seed }),
    );
  expect(await pass(1)).toEqual(await pass(1));
  expect(await pass(1)).not.toEqual(await pass(2));
});

test("a set without residues has no batches", async () => {
  const data = {
    sequenceLength: 32,
    batchSize: 2,
    layout: "concatenate",
    shuffleBuffer: 9,
  } as const;
  for (const sequences of [[], ["-"], ["*"]]) {
    const source = sourceOf(sequences);
    expect(
      await collect(createEvaluationBatches({ ...common, source, data, direction: "causal" })),
    ).toEqual([]);
  }
});
