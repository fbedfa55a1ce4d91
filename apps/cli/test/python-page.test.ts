/** The code of docs/python.md runs as it stands, against a server and files of this software. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLayout } from "@performer/embedding-files";
import { eagerEncoder, embedSequences } from "@performer/interpret";
import { disposeModel } from "@performer/performer";
import { encodeSequence, TOKEN_NAMES } from "@performer/proteins";
import { expectClose } from "@performer/testing";
import { openPython } from "@performer/testing/python";
import { exportSafetensors, loadCheckpoint } from "@performer/training";
import { afterAll, beforeAll, expect, it } from "vitest";
import { embedToFile } from "../src/embed/embed-to-file.ts";
import { startPerformer } from "./support/performer.ts";
import { CLONE, EMBEDDING_SIZE, saveTinyModel } from "./support/tiny-model.ts";

const PROTEINS = { "a/b": "MKTAYIAKQR", 蛋白: "GGHH", last: "ACDEFGHIKLMNPQRSTVWY" };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "python-page-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("every block of docs/python.md gives the model's numbers", { timeout: 120_000 }, async () => {
  // of the form of models/5m, which the page computes in NumPy
  const checkpoint = await saveTinyModel(join(folder, "runs", "tiny"), {
    positions: "rotary",
    tokenShift: true,
    numLayers: 2,
    attention: { mechanism: "favor", numFeatures: 8, localHeads: 1, localWindow: 3 },
  });
  const loaded = await loadCheckpoint(checkpoint);
  const { model } = loaded;
  const fasta = Object.entries(PROTEINS).map(([id, sequence]) => `>${id}\n${sequence}\n`);
  await writeFile(join(folder, "proteins.fasta"), fasta.join(""));
  for (const ending of [".npz", ".h5", ".parquet", ".arrow"]) {
    await embedToFile({
      files: [join(folder, "proteins.fasta")],
      output: join(folder, `embeddings${ending}`),
      encoder: eagerEncoder(model),
      model: { name: "tiny", step: 1, weightsSha256: "0" },
      backend: "cpu",
      layout: createLayout({
        embeddingSize: EMBEDDING_SIZE,
        dtype: "f32",
        layers: null,
        mean: true,
        perResidue: true,
      }),
      encode: { maxResidues: 510, letters: "strict", skipLong: false },
      shard: null,
      resume: false,
      windowResidues: 1000,
      signal: new AbortController().signal,
      say() {},
    });
  }
  await exportSafetensors(loaded, join(folder, "model.safetensors"));

  const [runs, models] = [join(folder, "runs"), join(folder, "no-models")];
  const args = ["serve", "--port", "0", "--runs", runs, "--models", models, "--backend", "cpu"];
  const server = startPerformer(args);
  const [, url = ""] = await server.until(/Serving on (http:\/\/127\.0\.0\.1:\d+)/);
  await expect
    .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 30_000 })
    .toBe(200);

  const page = await readFile(join(CLONE, "docs", "python.md"), "utf8");
  const blocks = [...page.matchAll(/^```python\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  expect(blocks).toHaveLength(7);
  const program = blocks.join("\n").replace("http://127.0.0.1:8080", url);
  const python = await openPython();
  const printed = await python.run(
    `import os; os.chdir(${JSON.stringify(folder)})
${program}
try:
    embed(["MK1"])
except ValueError as error:
    refusal = str(error)
numbers = lambda array: np.asarray(array, "f8").ravel().tolist()
print(json.dumps(dict(
    means=numbers(means), residues=[numbers(each) for each in residues],
    job=[line["mean"] for line in lines if line["type"] == "embedding"],
    ids=[ids, h5_ids, table["id"].tolist(), arrow["id"].to_pylist()],
    file_means=[numbers(each) for each in (npz_means, h5_means, parquet_means, arrow_means)],
    file_residues=[[numbers(each) for each in rows] for rows in (npz_residues, parquet_residues)],
    second=numbers(second_protein), numpy_residues=numbers(numpy_residues), refusal=refusal,
    config=config, vocabulary=vocabulary, names=sorted(weights)), ensure_ascii=True))`,
  );
  server.child.kill("SIGINT");
  await server.ended;

  const found = JSON.parse(printed);
  const sequences = Object.values(PROTEINS).map((sequence) => encodeSequence(sequence));
  const embeddings = await embedSequences(model, sequences);
  const means = embeddings.flatMap(({ mean }) => [...mean]);
  const close = { rtol: 1e-5, atol: 1e-6 };
  expectClose(found.means, means.slice(0, 2 * EMBEDDING_SIZE), close);
  expectClose(found.job.flat(), means, close);
  for (const each of found.file_means) expectClose(each, means, close);
  for (const each of found.ids) expect(each).toEqual(Object.keys(PROTEINS));
  for (const rows of [found.residues, ...found.file_residues]) {
    for (const [row, vectors] of rows.entries()) {
      expectClose(vectors, embeddings[row]!.residues, close);
    }
  }
  expectClose(found.second, embeddings[1]!.residues, close);
  expectClose(found.numpy_residues, embeddings[0]!.residues, { rtol: 1e-4, atol: 1e-5 });
  expect(found.refusal).toContain('got "1" at position 3');
  expect(found.config).toEqual(model.config);
  expect(found.vocabulary).toEqual(TOKEN_NAMES);
  expect(found.names).toContain("projections/0");
  disposeModel(model);
});
