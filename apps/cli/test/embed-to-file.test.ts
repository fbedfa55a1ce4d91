import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createLayout,
  type LayoutOptions,
  readShards,
  verifyShards,
} from "@performer/embedding-files";
import { eagerEncoder } from "@performer/interpret";
import { disposeModel, type PerformerModel } from "@performer/performer";
import { EmbeddingManifest } from "@performer/schema";
import { expectClose } from "@performer/testing";
import { openPython, type Python } from "@performer/testing/python";
import { loadCheckpoint } from "@performer/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertDiskSpace } from "../src/embed/disk-need.ts";
import { type EmbedToFileOptions, embedToFile } from "../src/embed/embed-to-file.ts";
import { performer, startPerformer } from "./support/performer.ts";
import { EMBEDDING_SIZE, saveTinyModel } from "./support/tiny-model.ts";

/** Neighbours in a batch of another size round otherwise; both are float32. */
const TOLERANCE = { rtol: 1e-5, atol: 1e-6 };

/** Lengths of 20 to 69 residues in no order; identifiers that repeat and are no names of files. */
const PROTEINS = Array.from({ length: 60 }, (_, i) => {
  const letters = Array.from(
    { length: 20 + ((i * 37) % 50) },
    (_, at) => "ACDEFGHIKLMNPQRSTVWY"[(at * (i + 3) + i) % 20],
  );
  return { id: i % 7 === 0 ? "same/../é" : `protein-${i}`, sequence: letters.join("") };
});
const FASTA = PROTEINS.map(({ id, sequence }) => `>${id} words\n${sequence}\n`).join("");

let folder: string;
let checkpoint: string;
let model: PerformerModel;
let python: Python;
const at = (name: string) => join(folder, name);
const bytesOf = (name: string) => readFile(at(name));

/** The command's work in this process. */
async function embed(
  output: string,
  layout: Partial<LayoutOptions> = {},
  options: Partial<EmbedToFileOptions> = {},
) {
  const said: string[] = [];
  const manifest = await embedToFile({
    files: [at("in.fasta")],
    output: at(output),
    encoder: eagerEncoder(model),
    model: { name: "tiny", step: 1, weightsSha256: "0" },
    backend: "cpu",
    layout: createLayout({
      embeddingSize: EMBEDDING_SIZE,
      dtype: "f32",
      layers: null,
      mean: true,
      perResidue: true,
      ...layout,
    }),
    encode: { maxResidues: 510, letters: "strict", skipLong: false },
    shard: null,
    resume: false,
    windowResidues: 100,
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    ...options,
  });
  return { manifest, said };
}

beforeAll(async () => {
  python = await openPython();
  folder = await mkdtemp(join(tmpdir(), "embed-to-file-"));
  await writeFile(at("in.fasta"), FASTA);
  checkpoint = await saveTinyModel(at("tiny"));
  ({ model } = await loadCheckpoint(checkpoint));
  await embed("whole.npz");
});
afterAll(async () => {
  disposeModel(model);
  await rm(folder, { recursive: true });
});

describe("performer embed --output", () => {
  it("writes what it prints, and says how much that will be", async () => {
    const args = ["embed", "in.fasta", "--per-residue", "--backend", "cpu"];
    const { stdout } = await performer([...args, "--checkpoint", checkpoint], { cwd: folder });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { said } = await embed("whole.h5");
    expect(said[0]).toMatch(
      /^60 sequences, 2,6\d\d residues: 9\d\.\d kB, 1\d\d\.\d kB with .* free$/,
    );
    const printed = await python.run(
      `
import h5py, json, sys
with h5py.File(sys.argv[1]) as f:
    print(json.dumps({k: (f[k].asstr() if f[k].dtype.kind == "S" else f[k])[:].tolist() for k in f}))`,
      [at("whole.h5")],
    );
    const table = JSON.parse(printed);
    expect(table.record).toEqual(PROTEINS.map((_, i) => i));
    expect(table.id).toEqual(PROTEINS.map(({ id }) => id));
    expect(table.length).toEqual(PROTEINS.map(({ sequence }) => sequence.length));
    const floats = (values: number[]) => values.map(Math.fround);
    expectClose(
      table.mean.flat(),
      lines.flatMap(({ mean }) => floats(mean)),
      TOLERANCE,
    );
    expectClose(
      table.residues.flat(),
      lines.flatMap(({ residues }) => residues.flatMap(floats)),
      TOLERANCE,
    );
    expect(table.mean[0]).toHaveLength(EMBEDDING_SIZE);
  });

  it("the manifest beside it names model, input, options and counts, and holds", async () => {
    const manifest = EmbeddingManifest.parse(
      JSON.parse(await readFile(at("whole.npz.manifest.json"), "utf8")),
    );
    expect(manifest).toMatchObject({
      input: [{ name: "in.fasta", sizeBytes: Buffer.byteLength(FASTA) }],
      counts: { inputRecords: 60, records: 60, passedOver: 0 },
      output: { name: "whole.npz", sizeBytes: (await bytesOf("whole.npz")).length },
      shard: null,
    });
  });

  it("layers have names of their own; float16 is the rounded float32", async () => {
    await embed("layers.npz", { layers: [0, 1], perResidue: false, dtype: "f16" });
    const printed = await python.run(
      `
import numpy, json, sys
a, b = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
print(json.dumps([sorted(a.files), str(a["mean_layer_1"].dtype), a["mean_layer_0"].shape,
  bool(numpy.array_equal(b["mean"].astype("f2"), a["mean_layer_1"]))]))`,
      [at("layers.npz"), at("whole.npz")],
    );
    const [names, dtype, shape, sameAsFinal] = JSON.parse(printed);
    expect(names).toContain("mean_layer_0");
    expect(names).not.toContain("residues_layer_0");
    expect([dtype, shape, sameAsFinal]).toEqual(["float16", [60, EMBEDDING_SIZE], true]);
  });

  it("what is too long is passed over and counted, and the records keep their numbers", async () => {
    const encode = { maxResidues: 40, letters: "strict", skipLong: true } as const;
    const { manifest } = await embed("short.arrow", {}, { encode });
    const short = PROTEINS.filter(({ sequence }) => sequence.length <= 40);
    expect(manifest.totals.rows).toBe(short.length);
    expect(manifest.counts).toEqual({
      inputRecords: 60,
      records: 60,
      passedOver: 60 - short.length,
    });
  });
});

describe("a run that ends early", () => {
  const partsOf = async (name: string) =>
    (await readdir(`${at(name)}.parts`).catch(() => [] as string[])).filter((file) =>
      /^part-.*\.arrow$/.test(file),
    ).length;

  it("by kill -9: goes on, loses nothing, doubles nothing, byte for byte as if it had not", {
    timeout: 120_000,
  }, async () => {
    const options = ["--backend", "cpu", "--checkpoint", checkpoint, "--part-residues", "100"];
    const args = ["embed", "in.fasta", "-o", "killed.npz", "--per-residue", "--resume", ...options];
    // so many parts further, and so many milliseconds into the next thing
    for (const [parts, delayMs] of [
      [1, 2],
      [5, 0],
    ] as const) {
      const { child, ended } = startPerformer(args, folder);
      const before = await partsOf("killed.npz");
      while (child.exitCode === null && (await partsOf("killed.npz")) < before + parts) {
        await sleep(1);
      }
      await sleep(delayMs);
      child.kill("SIGKILL");
      await ended;
      expect(await partsOf("killed.npz")).toBeGreaterThanOrEqual(before + parts);
    }
    const { exitCode, stderr } = await performer(args, { cwd: folder });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("goes on at record ");
    expect(await bytesOf("killed.npz")).toEqual(await bytesOf("whole.npz"));
    expect(await readdir(folder)).not.toContain("killed.npz.parts");
  });

  it("after any part: the rest is computed, once, and the output is the same", async () => {
    const encoder = eagerEncoder(model);
    for (const stopAt of [1, 4, 17]) {
      const controller = new AbortController();
      let batches = 0;
      const stopping: EmbedToFileOptions["encoder"] = {
        ...encoder,
        encode(batch, options) {
          batches += 1;
          if (batches === stopAt) controller.abort();
          return encoder.encode(batch, options);
        },
      };
      const run = { encoder: stopping, signal: controller.signal };
      const output = `stopped-${stopAt}.npz`;
      await expect(embed(output, {}, run)).rejects.toThrow("go on with --resume");
      const { said } = await embed(output, {}, { resume: true });
      if (stopAt > 4) expect(said.join("\n")).toContain("goes on at record");
      expect(await bytesOf(output)).toEqual(await bytesOf("whole.npz"));
    }
    const { said } = await embed("stopped-17.npz", {}, { resume: true });
    expect(said).toEqual(["the output is whole already; nothing is left to do"]);
  });

  it("is not taken for another, nor thrown away unasked", async () => {
    const signal = AbortSignal.abort();
    await expect(embed("early.npz", {}, { signal })).rejects.toThrow("go on with --resume");
    await expect(embed("early.npz")).rejects.toThrow(
      /expected no unfinished run, got one .* --resume/,
    );
    await expect(embed("early.npz", { dtype: "f16" }, { resume: true })).rejects.toThrow(
      "another layout; give the same files, model and options",
    );
    await appendFile(at("in.fasta"), ">more\nMK\n");
    await expect(embed("early.npz", {}, { resume: true })).rejects.toThrow(
      "another input, counts, totals",
    );
    await writeFile(at("in.fasta"), FASTA);
  });
});

describe("shards", () => {
  it("make the whole together; a missing, doubled, foreign or damaged one is named", async () => {
    const shards = ["s0.arrow", "s1.arrow", "s2.arrow"];
    for (const [index, name] of shards.entries()) {
      await embed(name, {}, { shard: { index, count: 3 } });
    }
    const verify = async (...names: string[]) => verifyShards(await readShards(names.map(at)));
    await expect(verify("s0.arrow", "s2.arrow")).rejects.toThrow(
      "expected 3 shards, got 2; missing: 1/3",
    );
    await expect(verify(...shards, "s1.arrow")).rejects.toThrow("each shard once, got 1/3");
    await embed("other.arrow", { dtype: "f16" }, { shard: { index: 1, count: 3 } });
    await expect(verify("s0.arrow", "other.arrow", "s2.arrow")).rejects.toThrow("another layout");
    await embed("all.arrow");
    await expect(verify("all.arrow")).rejects.toThrow("which holds a whole run");
    await expect(verify("s3.arrow")).rejects.toThrow("let the shard finish with --resume");

    const args = ["embed-merge", "s2.arrow", "s0.arrow", "s1.arrow", "-o", "merged.npz"];
    expect(await performer(args, { cwd: folder })).toMatchObject({ exitCode: 0 });
    expect(await bytesOf("merged.npz")).toEqual(await bytesOf("whole.npz"));

    const bytes = await bytesOf("s1.arrow");
    bytes[1000]! ^= 1;
    await writeFile(at("s1.arrow"), bytes);
    await expect(verify(...shards)).rejects.toThrow(/SHA-256 .*s1\.arrow.* embed the shard again/);
  });
});

describe("refusals", () => {
  it.each([
    ["an ending of no format", ["-o", "out.csv"], "one of .h5, .parquet, .npz, .arrow, .jsonl"],
    ["a shard in another format", ["-o", "a.h5", "--shard", "0/2"], "performer embed-merge"],
    ["resuming without a file", ["--resume"], "expected --output FILE"],
  ])("%s", async (_what, more, message) => {
    const { exitCode, stderr } = await performer(["embed", "in.fasta", ...more], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  it("a disk that is too small, before anything is computed, with what would help", async () => {
    const need = { output: at("x.h5"), outputBytes: 1e18, partsBytes: 1e18 };
    await expect(assertDiskSpace(need)).rejects.toThrow(
      /expected 2000000\.0 TB free .* --dtype f16, .* --shard/,
    );
  });
});
