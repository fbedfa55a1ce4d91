/** stats and baseline: the figures that they give of sequence files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeSequences } from "../src/sequence-statistics.ts";
import { scoreBaselines } from "../src/verbs/baseline.ts";
import { packFiles } from "../src/verbs/pack.ts";
import { describeFiles } from "../src/verbs/stats.ts";
import { newFolder } from "./support/folders.ts";
import { PACKING, SAMPLE, TRAINING_SAMPLE } from "./support/sequences.ts";

describe("stats", () => {
  test("counts letters as they are in the file, lengths and percentiles by nearest rank", async () => {
    const sequences = ["MKkT", "MJ*", "AC-X", "A", "ACDEFGHIKL"];
    const records = async function* () {
      for (const text of sequences) yield { sequence: Buffer.from(text) };
    };
    const statistics = await describeSequences(records());
    expect(statistics).toMatchObject({
      sequences: 5,
      residues: 22,
      lengths: {
        shortest: 1,
        longest: 10,
        mean: 22 / 5,
        percentiles: { "5": 1, "25": 3, "50": 4, "75": 4, "95": 10, "99": 10 },
        bands: [
          { from: 1, to: 1, sequences: 1 },
          { from: 2, to: 3, sequences: 1 },
          { from: 4, to: 7, sequences: 2 },
          { from: 8, to: 15, sequences: 1 },
        ],
      },
      odd: { letters: { J: 1, "*": 1, "-": 1, X: 1 }, sequences: 2 },
      lowerCase: 1,
    });
    expect(statistics.composition).toMatchObject({ M: 2, K: 3, A: 3, C: 2, W: 0, T: 1 });
    const counted = [statistics.composition, statistics.odd.letters].flatMap((counts) =>
      Object.values(counts),
    );
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(22);
  });

  test("the table of the bundled sample agrees with its JSON", async () => {
    const output = join(await newFolder(), "out");
    await describeFiles([SAMPLE], { output });
    const { sequences, residues, composition } = JSON.parse(
      await readFile(join(output, "stats.json"), "utf8"),
    );
    expect([sequences, residues]).toEqual([195, 65_637]);
    const table = await readFile(join(output, "stats.txt"), "utf8");
    expect(table).toMatch(/^sequences +195$/m);
    expect(table).toMatch(/^residues +65,637$/m);
    expect(table).toMatch(new RegExp(`^L +${composition.L.toLocaleString("en")} `, "m"));
  });
});

describe("baseline", () => {
  test("scores each input by each order; from a pack as from the file that it was made from", async () => {
    const folder = await newFolder();
    const packed = join(folder, "packed");
    await packFiles([TRAINING_SAMPLE], { output: packed, ...PACKING, shardResidues: 1_000_000 });
    const [fromFile, fromPack] = await Promise.all(
      [TRAINING_SAMPLE, packed].map(async (fit, i) => {
        const output = join(folder, `out-${i}`);
        const options = { output, fit: [fit], order: 3, policy: "strict" } as const;
        await scoreBaselines([SAMPLE, TRAINING_SAMPLE], options);
        return JSON.parse(await readFile(join(output, "baseline.json"), "utf8"));
      }),
    );
    expect(fromPack).toEqual({ ...fromFile, fittedOn: ["packed"] });
    const [valid, train] = fromFile.scored;
    expect([valid.name, train.name]).toEqual(["sample-valid.fasta.gz", "sample-train.fasta.gz"]);
    expect(valid.byOrder[0].weightSum).toBe(65_634); // zcat FILE | grep -v "^>" | tr -cd ACDEFGHIKLMNPQRSTVWY | wc -c
    // the empirical baseline of `performer evaluate`, which adds one to each count instead
    expect(valid.byOrder[0].perplexity).toBeCloseTo(18.056, 3);
    const perplexities = train.byOrder.map(({ perplexity }: { perplexity: number }) => perplexity);
    expect(perplexities).toEqual(perplexities.toSorted((a: number, b: number) => b - a));
    const table = await readFile(join(folder, "out-0", "baseline.txt"), "utf8");
    expect(table).toContain(`3-gram${valid.byOrder[2].perplexity.toFixed(3).padStart(16)}`);
  });
});
