import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  contentBytes,
  EMBEDDING_FORMATS,
  type EmbeddingEnding,
  type EmbeddingLayout,
  NO_TOTALS,
} from "@performer/embedding-files";
import { EMBEDDING_READERS } from "@performer/testing/embedding-readers";
import { openPython, type Python } from "@performer/testing/python";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HEADS, TOTALS, tableBatches, tableLayout, tableRows } from "./table.ts";

let python: Python;
let folder: string;
beforeAll(async () => {
  python = await openPython();
  folder = await mkdtemp(join(tmpdir(), "embedding-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

const LAYOUTS = {
  "float32 means and residues": tableLayout(),
  "float16 means and residues": tableLayout({ dtype: "f16" }),
  "means of two layers": tableLayout({ layers: [0, 2], perResidue: false }),
  "residues alone": tableLayout({ mean: false }),
};

async function write(ending: EmbeddingEnding, layout: EmbeddingLayout, name: string) {
  const path = join(folder, `${name}${ending}`);
  await EMBEDDING_FORMATS[ending]({
    path,
    layout,
    totals: TOTALS,
    batches: async function* () {
      yield* tableBatches(layout);
    },
    metadata: { manifest: '{"a": "é"}' },
  });
  return path;
}

async function writeEmpty(ending: EmbeddingEnding) {
  const path = join(folder, `none${ending}`);
  const options = { layout: tableLayout(), totals: NO_TOTALS, metadata: {} };
  await EMBEDDING_FORMATS[ending]({ ...options, path, batches: async function* () {} });
  return path;
}

describe.each(Object.keys(EMBEDDING_READERS) as EmbeddingEnding[])("%s", (ending) => {
  it("Python's readers find every row of every layout, bit for bit, and none where there is none", async () => {
    const paths: string[] = [await writeEmpty(ending)];
    for (const [name, layout] of Object.entries(LAYOUTS)) {
      paths.push(await write(ending, layout, name));
    }
    // one interpreter for all files: its imports take longer than the reading
    const printed = await python.run(EMBEDDING_READERS[ending], paths);
    const [none, ...tables] = printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(none).toEqual([]);
    for (const [index, [name, layout]] of Object.entries(LAYOUTS).entries()) {
      expect(tables[index], name).toEqual(tableRows(layout));
    }
  });
});

it("the size that is foretold is that of the arrays", async () => {
  const layout = tableLayout();
  const { size } = await stat(await write(".npz", layout, "sized"));
  const foretold = contentBytes(layout, TOTALS);
  expect(HEADS).toHaveLength(TOTALS.rows);
  // headers of ten arrays and the zip's two entries of each
  expect(size - foretold).toBeGreaterThan(0);
  expect(size - foretold).toBeLessThan(10 * 512);
});
