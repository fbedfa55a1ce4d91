import {
  type BatchPosition,
  createTrainingBatches,
  encodeSequence,
  FastaError,
  RESIDUES,
  TOKEN,
  type TrainingBatchOptions,
} from "@performer/proteins";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allTargets,
  dataConfigs,
  directions,
  MASKING,
  rowTargets,
  sequencesOf,
  sourceOf,
} from "./batch-cases.ts";
import { collect } from "./fasta-cases.ts";

const options = fc
  .record({
    sequences: sequencesOf(RESIDUES, 60),
    data: dataConfigs,
    direction: directions,
    seed: fc.nat(),
    epochs: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ sequences, ...rest }) => ({
    sequences,
    options: { ...rest, source: sourceOf(sequences), masking: MASKING },
  }));

const padded = (sequences: readonly string[], overrides: Partial<TrainingBatchOptions> = {}) =>
  createTrainingBatches({
    source: sourceOf(sequences),
    data: { sequenceLength: 32, batchSize: 4, layout: "pad", shuffleBuffer: 64 },
    masking: MASKING,
    direction: "bidirectional",
    seed: 0,
    epochs: 1,
    ...overrides,
  });

/** Sixteen sequences that no other equals. */
const sixteen = Array.from({ length: 16 }, (_, i) => `M${RESIDUES[i]!.repeat(20)}`);

describe("resuming", () => {
  test("after any batch gives exactly the batches that follow, in both layouts and across epochs", async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.nat(), async ({ options }, pick) => {
        const all = await collect(createTrainingBatches(options));
        if (all.length === 0) return;
        const taken = pick % all.length;
        const position = JSON.parse(JSON.stringify(all[taken]!.position)) as BatchPosition;
        const rest = await collect(createTrainingBatches({ ...options, position }));
        expect(rest).toEqual(all.slice(taken + 1));
      }),
      { numRuns: 300 },
    );
  });

  test("positions count the batches", async () => {
    const positions = (await collect(padded(sixteen, { epochs: 2 }))).map(
      ({ position }) => position,
    );
    expect(positions.map(({ batches }) => batches)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(positions[4]).toEqual({ epoch: 1, rowsTaken: 4, batches: 5 });
  });

  test("in files that have become shorter: refused by name", async () => {
    const position = { epoch: 0, rowsTaken: 17, batches: 4 };
    await expect(collect(padded(sixteen, { position }))).rejects.toThrow(
      "expected an epoch of at least 17 rows to resume in, got 16",
    );
  });
});

describe("shares of several workers", () => {
  test("hold every row of each batch once, with its masks, whatever their number; positions are the whole batch's", async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.integer({ min: 1, max: 3 }), async ({ options }, rows) => {
        for (const count of [1, 2, 3]) {
          const data = { ...options.data, batchSize: rows * count };
          const whole = await collect(createTrainingBatches({ ...options, data }));
          const shares = await Promise.all(
            Array.from({ length: count }, (_, index) =>
              collect(createTrainingBatches({ ...options, data, share: { index, count } })),
            ),
          );
          for (const [index, { batch, position }] of whole.entries()) {
            const parts = shares.map((share) => share[index]);
            expect(parts.map((part) => part?.position)).toEqual(parts.map(() => position));
            for (const field of ["inputs", "targets", "lossMask", "paddingMask"] as const) {
              const dealt = Array.from({ length: rows * count }, (_, row) => {
                const part = parts[row % count]?.batch[field];
                const start = Math.floor(row / count) * batch.length;
                return [...(part?.subarray(start, start + batch.length) ?? [])];
              });
              expect(dealt.flat()).toEqual([...batch[field]]);
            }
          }
          expect(shares.map(({ length }) => length)).toEqual(shares.map(() => whole.length));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("that do not divide the batch are refused", async () => {
    const share = { index: 0, count: 3 };
    await expect(padded(sixteen, { share }).next()).rejects.toThrow(
      "expected a batch size that 3 workers can share equally, got 4",
    );
  });
});

describe("epochs", () => {
  test("every batch is full, and rows that an epoch leaves over go into the next one's first batch", async () => {
    await fc.assert(
      fc.asyncProperty(options, async ({ options }) => {
        const oneRow = { ...options, data: { ...options.data, batchSize: 1 } };
        const rows = await collect(createTrainingBatches(oneRow));
        const batches = await collect(createTrainingBatches(options));
        expect(batches.length).toBe(Math.floor(rows.length / options.data.batchSize));
        const joined = batches.flatMap(({ batch }) => [...batch.inputs]);
        expect(joined).toEqual(
          rows.flatMap(({ batch }) => [...batch.inputs]).slice(0, joined.length),
        );
      }),
    );
  });

  test("pad: each epoch holds every sequence once, whole where it fits", async () => {
    const batches = (await collect(padded(sixteen, { epochs: 3 }))).map(({ batch }) => batch);
    const wanted = sixteen.map((text) => [TOKEN.bos, ...encodeSequence(text), TOKEN.eos].join());
    for (const epoch of [0, 1, 2]) {
      const rows = batches
        .filter((batch) => batch.epoch === epoch)
        .flatMap((batch) => [0, 1, 2, 3].map((row) => rowTargets(batch, row).join()));
      expect(rows.sort()).toEqual(wanted.toSorted());
    }
  });

  test("concatenate: each epoch holds every residue once", async () => {
    const batches = await collect(
      padded(sixteen, {
        data: { sequenceLength: 32, batchSize: 1, layout: "concatenate", shuffleBuffer: 64 },
        epochs: 2,
      }),
    );
    const epochs = [0, 1].map((epoch) =>
      allTargets(batches.map(({ batch }) => batch).filter((batch) => batch.epoch === epoch)),
    );
    const residues = sixteen.flatMap((text) => [...encodeSequence(text)]).sort();
    for (const targets of epochs) {
      expect(targets.filter((id) => id < RESIDUES.length).sort()).toEqual(residues);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  test("orders, masks and crops differ between epochs and between seeds, and repeat for a seed", async () => {
    const long = sixteen.map((text) => text.repeat(4));
    const inputs = async (seed: number) =>
      (await collect(padded(long, { seed, epochs: 2 }))).map(({ batch }) => batch.inputs.join());
    const first = await inputs(1);
    expect(await inputs(1)).toEqual(first);
    expect(new Set([...first, ...(await inputs(2))]).size).toBe(2 * first.length);
  });

  test("without a limit the stream goes on", async () => {
    const batches = createTrainingBatches({
      source: sourceOf(sixteen),
      data: { sequenceLength: 32, batchSize: 4, layout: "pad", shuffleBuffer: 64 },
      masking: MASKING,
      direction: "causal",
      seed: 0,
    });
    for await (const { position } of batches) if (position.epoch === 9) break;
    expect((await batches.next()).done).toBe(true);
  });
});

describe("cropping", () => {
  test("a long sequence gives a random window of it that fills the row, every start equally often", async () => {
    const letters = RESIDUES.slice(0, 20);
    const rows = 4000;
    const data = { sequenceLength: 18, batchSize: 1, layout: "pad", shuffleBuffer: 1 } as const;
    const starts = new Array<number>(5).fill(0);
    for await (const { batch } of padded(new Array<string>(rows).fill(letters), { data })) {
      const [bos, ...rest] = rowTargets(batch, 0);
      const residues = rest.slice(0, -1);
      expect([bos, rest.at(-1), residues.length]).toEqual([TOKEN.bos, TOKEN.eos, 16]);
      expect(residues).toEqual(Array.from({ length: 16 }, (_, i) => residues[0]! + i));
      starts[residues[0]!]!++;
    }
    const expected = rows / 5;
    const chiSquare = starts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(18.5); // 4 degrees, p = 0.001
  });

  test("a causal row has one residue more: its last token is only a target", async () => {
    const data = { sequenceLength: 8, batchSize: 1, layout: "pad", shuffleBuffer: 1 } as const;
    const [first] = await collect(padded(["ACDEFGH"], { data, direction: "causal" }));
    expect(rowTargets(first!.batch, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, TOKEN.eos]);
    expect(first!.batch.inputs[0]).toBe(TOKEN.bos);
  });
});

describe("faults", () => {
  test.each([[[]], [["-", "*"]]])(
    "a source without residues (%j) is refused, not read for ever",
    async (sequences) => {
      await expect(collect(padded(sequences))).rejects.toThrow("expected at least one sequence");
    },
  );

  test("a letter that the policy refuses stops with file and line; lenient reads X", async () => {
    const sequences = ["MKV", "M1V"];
    const error = await collect(padded(sequences)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FastaError);
    expect(error).toMatchObject({ source: "test", line: 3 });
    const data = { sequenceLength: 8, batchSize: 2, layout: "pad", shuffleBuffer: 1 } as const;
    const [first] = await collect(padded(sequences, { data, policy: "lenient" }));
    expect(rowTargets(first!.batch, 1)).toContain(RESIDUES.indexOf("X"));
  });
});
