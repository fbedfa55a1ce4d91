/** Packed data: the same records, tokens and batches as the FASTA file, and damage is never read. */
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createEvaluationBatches,
  createTrainingBatches,
  encodeSequence,
  type RecordSource,
  readFasta,
} from "@performer/proteins";
import { createFileSource, openPack, PackError, readFastaFiles } from "@performer/proteins/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataConfigs, directions, MASKING, sequencesOf, sourceOf } from "./batch-cases.ts";
import { chunksOf, collect, fastaFile } from "./fasta-cases.ts";
import { newFolder, pack, packRecords } from "./pack-cases.ts";

const runs = { numRuns: 40 };
const sample = join(import.meta.dirname, "../../../data/sample-valid.fasta.gz");

describe("the records of a pack", () => {
  test("are those of the FASTA file, headers and residues, however many shards there are", async () => {
    await fc.assert(
      fc.asyncProperty(fastaFile, fc.integer({ min: 1, max: 60 }), async (file, shardResidues) => {
        if (file.expected.length === 0) return;
        const policy = "lenient";
        const folder = await pack(file.bytes, { shardResidues, policy });
        const records = await collect(readFastaFiles([folder]));
        const seen = records.map(({ header, packed }) => [header, [...packed!.residues()]]);
        expect(seen).toEqual(
          file.expected.map(({ header, sequence }) => [
            header,
            [...encodeSequence(sequence, policy)],
          ]),
        );
        for (const { sequence, packed } of records) {
          expect(encodeSequence(sequence)).toEqual(packed!.residues());
          expect(packed!.length()).toBe(sequence.length);
        }
        await rm(folder, { recursive: true });
      }),
      runs,
    );
  });

  test("span blocks of 16 KiB and are read by number in any order", async () => {
    const lengths = [1, 16_383, 16_384, 16_385, 50_000, 3, 0, 17_500];
    const letters = "ACDEFGHIKLMNPQRSTVWYBOUXZ";
    const sequences = lengths.map((length, i) =>
      length === 0
        ? "-"
        : Array.from({ length }, (_, j) => letters[(i + j * j) % letters.length]).join(""),
    );
    const folder = await packRecords(sourceOf(sequences)(), { shardResidues: 67_500 });
    const opened = openPack(folder);
    expect(opened.manifest.pack.shards.map((shard) => shard.sequences)).toEqual([4, 3, 1]);
    expect(opened.sequences).toBe(lengths.length);
    for (const i of [4, 0, 7, 2, 6, 1, 3, 5, 4]) {
      const { header, packed } = opened.record(i);
      expect(header).toBe(`s${i}`);
      expect(packed!.residues()).toEqual(encodeSequence(sequences[i]!));
    }
    const rest = await collect(opened.records(5));
    expect(rest.map(({ header }) => header)).toEqual(["s5", "s6", "s7"]);
    expect(() => opened.record(8)).toThrow("from 0 to 7, got 8");
  });
});

describe("batches from a pack", () => {
  const cases = fc.record({
    sequences: sequencesOf("ACDKLXB-", 60),
    data: dataConfigs,
    direction: directions,
    seed: fc.nat(),
    shardResidues: fc.integer({ min: 1, max: 200 }),
  });

  test("equal those from FASTA: training over two epochs, evaluation, and after resuming", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ sequences, shardResidues, ...rest }) => {
        if (sequences.every((sequence) => /^-*$/.test(sequence))) return;
        const options = { ...rest, masking: MASKING, source: sourceOf(sequences) };
        const folder = await packRecords(options.source(), { shardResidues });
        const packed = { ...options, source: createFileSource([folder]) };

        const whole = await collect(createTrainingBatches({ ...options, epochs: 2 }));
        expect(await collect(createTrainingBatches({ ...packed, epochs: 2 }))).toEqual(whole);
        expect(await collect(createEvaluationBatches(packed))).toEqual(
          await collect(createEvaluationBatches(options)),
        );
        for (const [i, { position }] of whole.entries()) {
          const resumed = createTrainingBatches({ ...packed, epochs: 2, position });
          expect(await collect(resumed)).toEqual(whole.slice(i + 1));
        }
        await rm(folder, { recursive: true });
      }),
      runs,
    );
  });

  test("resume, one sequence a row, without reading the sequences of the rows before", async () => {
    const folder = await packRecords(readFastaFiles([sample]));
    const fromPack = createFileSource([folder]);
    let read = 0;
    const counted: RecordSource = async function* () {
      for await (const record of fromPack()) {
        const { length, residues } = record.packed!;
        yield {
          header: record.header,
          sequence: record.sequence,
          source: record.source,
          line: record.line,
          packed: {
            length: length.bind(record.packed),
            residues() {
              read++;
              return residues.call(record.packed);
            },
          },
        };
      }
    };
    const data = { sequenceLength: 64, batchSize: 5, layout: "pad", shuffleBuffer: 50 } as const;
    const options = { data, masking: MASKING, direction: "causal", seed: 3, epochs: 1 } as const;
    const all = await collect(createTrainingBatches({ ...options, source: counted }));
    expect(read).toBe(195);
    read = 0;
    const { position } = all[29]!;
    const resumed = createTrainingBatches({ ...options, source: counted, position });
    expect(await collect(resumed)).toEqual(all.slice(30));
    expect(read).toBe(195 - 150);
  });
});

describe("a pack that is not as it was packed", () => {
  const text = ">a one\nMKTAYIAKQR\n>b two\nACDEFGHIKL\n";
  const readAll = async (folder: string) =>
    (await collect(readFastaFiles([folder]))).map(({ header, sequence }) => [header, sequence]);
  const failureOf = async (folder: string): Promise<PackError> => {
    const error = await readAll(folder).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PackError);
    return error as PackError;
  };

  test.each(["residues", "headers", "index"])(
    "a flipped bit anywhere in .%s is an error that names the file and the remedy",
    async (part) => {
      const folder = await pack(text);
      const path = join(folder, `00000.${part}`);
      const good = await readFile(path);
      for (let at = 0; at < good.length; at++) {
        const bad = Uint8Array.from(good);
        bad[at]! ^= 1 << (at % 8);
        await writeFile(path, bad);
        const error = await failureOf(folder);
        expect(error.path).toBe(path);
        expect(error.message).toMatch(/pack the sequences anew|copy the folder again/);
      }
      await writeFile(path, good);
      expect(await readAll(folder)).toHaveLength(2);
    },
  );

  test.each(["residues", "headers", "index"])("a file .%s cut short or gone", async (part) => {
    const folder = await pack(text);
    const path = join(folder, `00000.${part}`);
    const { length } = await readFile(path);
    for (const size of [length - 1, 20, 0]) {
      if (size >= length) continue;
      await truncate(path, size);
      expect(await failureOf(folder)).toMatchObject({ path });
    }
    await rm(path);
    expect(await failureOf(folder)).toMatchObject({ code: "missing", path });
  });

  test("counts in the manifest that are not those of the shard", async () => {
    const folder = await pack(text);
    const path = join(folder, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    manifest.pack.shards[0].residues = 19;
    await writeFile(path, JSON.stringify(manifest));
    const { code, message } = await failureOf(folder);
    expect(code).toBe("damaged");
    expect(message).toContain("with 19 residues as the manifest says, got 2 with 20");
  });

  test("an index of another version names both", async () => {
    const folder = await pack(text);
    const path = join(folder, "00000.index");
    const bytes = await readFile(path);
    bytes.writeUInt32LE(2, 8);
    await writeFile(path, bytes);
    const { code, message } = await failureOf(folder);
    expect(code).toBe("version");
    expect(message).toContain("got version 2");
  });

  test("a folder of something else, at once and not in the first epoch", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "manifest.json"), '{"format": 1, "verb": "split"}');
    expect(() => createFileSource([folder])).toThrow(/not the manifest of a packed folder/);
    await writeFile(join(folder, "manifest.json"), "{");
    expect(await failureOf(folder)).toMatchObject({ code: "missing" });
    await rm(join(folder, "manifest.json"));
    await expect(readAll(folder)).rejects.toThrow("got a folder (EISDIR)");
  });
});

test("packing stops at a letter that the policy refuses, with file and line", async () => {
  const records = readFasta(chunksOf(Buffer.from(">a\nMK\n>b\nM1\n")), { source: "x.fasta" });
  const folder = await newFolder();
  await expect(packRecords(records)).rejects.toThrow('x.fasta:3: record "b"');
  expect(await readdir(folder)).toEqual([]);
});
