import {
  createEvaluationBatches,
  createTrainingBatches,
  isStandardResidue,
  STANDARD_RESIDUES,
  TOKEN,
} from "@performer/proteins";
import type { MaskingConfig } from "@performer/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { directions, layouts, MASKING, sequencesOf, sourceOf } from "./batch-cases.ts";
import { collect } from "./fasta-cases.ts";

type Direction = "bidirectional" | "causal";

interface Options {
  layout?: "pad" | "concatenate";
  length?: number;
  masking?: MaskingConfig;
}

const batchOptions = (sequences: readonly string[], direction: Direction, options: Options) => ({
  source: sourceOf(sequences),
  data: {
    sequenceLength: options.length ?? 64,
    batchSize: 1,
    layout: options.layout ?? "pad",
    shuffleBuffer: 1,
  } as const,
  masking: options.masking ?? MASKING,
  direction,
  seed: 0,
});

/** One epoch of training batches of one row each. */
const train = async (sequences: readonly string[], direction: Direction, options: Options = {}) => {
  const batches = createTrainingBatches({
    ...batchOptions(sequences, direction, options),
    epochs: 1,
  });
  return (await collect(batches)).map(({ batch }) => batch);
};

/** Evaluation batches of one row each. */
const evaluate = (sequences: readonly string[], direction: Direction, options: Options = {}) =>
  collect(createEvaluationBatches(batchOptions(sequences, direction, options)));

const anyLetters = "ACDEFGHIKLMNPQRSTVWYBOUXZ";

describe("masked targets", () => {
  test("of each row's standard residues the fraction is chosen, rounded and at least one; nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(sequencesOf(anyLetters, 90), layouts, async (sequences, layout) => {
        for (const batch of await train(sequences, "bidirectional", { layout })) {
          for (let row = 0; row < batch.rows; row++) {
            let candidates = 0;
            let chosen = 0;
            for (let i = row * batch.length; i < (row + 1) * batch.length; i++) {
              const isCandidate = isStandardResidue(batch.targets[i]!);
              if (isCandidate) candidates++;
              if (batch.lossMask[i] === 1) {
                expect(isCandidate).toBe(true);
                chosen++;
              } else expect(batch.inputs[i]).toBe(batch.targets[i]);
            }
            const expected = candidates === 0 ? 0 : Math.max(1, Math.round(0.15 * candidates));
            expect(chosen).toBe(expected);
          }
        }
      }),
    );
  });

  test("every position is chosen equally often (chi-square, 39 degrees)", async () => {
    const rows = 4000;
    const batches = await train(new Array<string>(rows).fill("A".repeat(40)), "bidirectional");
    const counts = new Array<number>(40).fill(0);
    for (const batch of batches) {
      for (let i = 0; i < batch.lossMask.length; i++) {
        if (batch.lossMask[i] === 1) counts[(i % batch.length) - 1]!++;
      }
    }
    const expected = (rows * 6) / 40;
    // 6 of 40 without replacement: the variance is (1 - 6/40) of a multinomial's
    const chiSquare =
      (counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0) / (1 - 6 / 40)) *
      (39 / 40);
    expect(chiSquare).toBeLessThan(72.1); // p = 0.001
  });

  test("of the chosen 80 % become mask, 10 % a uniform standard residue, 10 % stay (five standard errors)", async () => {
    const batches = await train(new Array<string>(8000).fill("A".repeat(60)), "bidirectional");
    let chosen = 0;
    let masked = 0;
    const replaced = new Array<number>(STANDARD_RESIDUES.length).fill(0);
    for (const { inputs, lossMask } of batches) {
      for (let i = 0; i < inputs.length; i++) {
        if (lossMask[i] === 0) continue;
        chosen++;
        if (inputs[i] === TOKEN.mask) masked++;
        else replaced[inputs[i]!]!++;
      }
    }
    const near = (count: number, share: number) =>
      expect(Math.abs(count - chosen * share)).toBeLessThan(
        5 * Math.sqrt(chosen * share * (1 - share)),
      );
    expect(chosen).toBe(72_000);
    near(masked, 0.8);
    near(replaced[0]!, 0.1 + 0.1 / 20); // A stays, or is drawn for itself
    for (const count of replaced.slice(1)) near(count, 0.1 / 20);
  });

  test("shares of 1 and 0 are kept exactly", async () => {
    const only = async (maskShare: number, randomShare: number) => {
      const masking = { fraction: 1, maskShare, randomShare };
      const [batch] = await train(["MKVLA"], "bidirectional", { masking });
      return [...batch!.inputs.subarray(1, 6)];
    };
    expect(await only(1, 0)).toEqual(new Array(5).fill(TOKEN.mask));
    expect((await only(0, 1)).every(isStandardResidue)).toBe(true);
    expect(await only(0, 0)).toEqual(
      [..."MKVLA"].map((letter) => STANDARD_RESIDUES.indexOf(letter)),
    );
  });

  test("a sequence without a standard residue has no loss", async () => {
    const [batch] = await train(["XXBZ"], "bidirectional");
    expect(batch!.lossMask.some((weight) => weight !== 0)).toBe(false);
  });

  test("the loss takes every chosen position, the score those that the input hides", async () => {
    for (const batch of await train(["ACDEFGHIKLMNPQRSTVWY".repeat(3)], "bidirectional")) {
      for (let i = 0; i < batch.inputs.length; i++) {
        const isHidden = batch.inputs[i] === TOKEN.mask;
        expect(batch.scoreMask[i]).toBe(batch.lossMask[i] === 1 && isHidden ? 1 : 0);
      }
    }
  });

  test("evaluation hides every chosen position, whatever the shares of training", async () => {
    const masking = { fraction: 0.5, maskShare: 0, randomShare: 0.5 };
    const [batch] = await evaluate(["ACDEFGHIKLMNPQRSTVWY"], "bidirectional", { masking });
    const hidden = [...batch!.inputs].map((id) => (id === TOKEN.mask ? 1 : 0));
    expect(hidden.filter((isHidden) => isHidden === 1).length).toBe(10);
    expect([...batch!.lossMask]).toEqual(hidden);
    expect([...batch!.scoreMask]).toEqual(hidden);
  });
});

describe("next-token targets", () => {
  test("targets are inputs moved by one, scored but where padded", async () => {
    const [batch] = await evaluate(["MXK"], "causal", { length: 8 });
    const { bos, eos, pad } = TOKEN;
    expect([...batch!.inputs.subarray(0, 8)]).toEqual([bos, 10, 23, 8, pad, pad, pad, pad]);
    expect([...batch!.targets.subarray(0, 8)]).toEqual([10, 23, 8, eos, pad, pad, pad, pad]);
    expect([...batch!.lossMask.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...batch!.scoreMask.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...batch!.paddingMask.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test("an eos that a cut put there is not scored, the one at the end of a sequence is", async () => {
    const windows = await evaluate(["A".repeat(14)], "causal", { length: 8 });
    expect(windows.map(({ targets }) => targets[7])).toEqual([TOKEN.eos, TOKEN.eos]);
    expect(windows.map(({ lossMask }) => lossMask[7])).toEqual([0, 1]);
  });
});

test("padding mask is 0 exactly at pads of the inputs, where nothing is scored", async () => {
  await fc.assert(
    fc.asyncProperty(
      sequencesOf(anyLetters, 50),
      layouts,
      directions,
      async (sequences, layout, direction) => {
        for (const batch of await train(sequences, direction, { layout, length: 16 })) {
          for (let i = 0; i < batch.inputs.length; i++) {
            const isPad = batch.inputs[i] === TOKEN.pad;
            expect(batch.paddingMask[i]).toBe(isPad ? 0 : 1);
            if (isPad) expect([batch.lossMask[i], batch.targets[i]]).toEqual([0, TOKEN.pad]);
            expect(batch.scoreMask[i]).toBeLessThanOrEqual(batch.lossMask[i]!);
          }
        }
      },
    ),
  );
});
