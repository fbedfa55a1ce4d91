import { flattenTree, type PerformerModel, unflattenTree } from "@performer/performer";
import { isStandardResidue } from "@performer/proteins";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { collectReceivedAttention, type EdgeWeight } from "../src/received-attention.ts";
import { recoverAttention } from "../src/recover-attention.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const sequences = [drawSequence(21, "a"), drawSequence(34, "b")];

const weightOf: Record<EdgeWeight, (alpha: number) => number> = {
  v1: (alpha) => (alpha > Math.fround(0.1) ? alpha : 0),
  v2: (alpha) => (alpha >= Math.fround(0.3) ? 1 : 0),
  flat: (alpha) => alpha,
};

/** Queries ten times as long, so that attention passes the thresholds. */
function peaked(model: PerformerModel): PerformerModel {
  const flat = Object.entries(flattenTree(model.parameters)).map(([name, parameter]) => [
    name,
    name.includes("query") ? tf.mul(parameter, 10) : parameter,
  ]);
  return { ...model, parameters: unflattenTree(Object.fromEntries(flat)) };
}

test.each(["v1", "v2", "flat"] as const)(
  "%s: sums by residue equal those of the whole maps, pair by pair",
  async (edges) => {
    const model = peaked(tinyModel({ attention: mechanisms["exact"] as never }));
    const { heads, sums } = await collectReceivedAttention(model, sequences, edges);
    expect([heads, sums.length]).toEqual([4, 2]);
    for (const [index, sequence] of sequences.entries()) {
      const { maps, length } = await recoverAttention(model, sequence);
      const expected = maps.flat().flatMap((map) => {
        const head = new Array<number>(21).fill(0);
        map.forEach((alpha, pair) => {
          const weight = weightOf[edges](alpha);
          const residue = sequence[pair % length] as number;
          if (isStandardResidue(residue)) head[residue] = (head[residue] as number) + weight;
          head[20] = (head[20] as number) + weight;
        });
        return head;
      });
      expect(expected.some((value) => value > 0)).toBe(true);
      expectClose(sums[index] as Float64Array, expected, { rtol: 1e-5, atol: 1e-6 });
    }
  },
);

test("anomalous residues count in the total alone", async () => {
  const anomalous = Uint8Array.from([20, 21, 22, 23, 24, 20, 21, 22]);
  const { sums } = await collectReceivedAttention(tinyModel(), [anomalous], "flat");
  const [first] = sums as [Float64Array];
  expect([...first.subarray(0, 20)]).toEqual(new Array(20).fill(0));
  expect(first[20]).toBeGreaterThan(0);
});

test("an async source gives the same sums as a list", async () => {
  const model = tinyModel();
  async function* stream() {
    yield* sequences;
  }
  expect(await collectReceivedAttention(model, stream(), "flat")).toEqual(
    await collectReceivedAttention(model, sequences, "flat"),
  );
});

test("no tensor is left", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await collectReceivedAttention(model, sequences, "v1");
  });
});
