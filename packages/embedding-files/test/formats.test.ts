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

/** Programs that print the rows of each file as a line of JSON, as a reader of that library gets at them. */
const READERS: Record<EmbeddingEnding, string> = {
  ".h5": `
import h5py, json, sys
for path in sys.argv[1:]:
    with h5py.File(path) as f:
        at = f["residue_offset"][:] if "residue_offset" in f else None
        vectors = [k for k in f if f[k].ndim == 2]
        ids, accessions = f["id"].asstr()[:], f["accession"].asstr()[:]
        print(json.dumps([dict(record=int(f["record"][i]), id=ids[i], accession=accessions[i], length=int(f["length"][i]),
            **{k: f[k][(at[i] if "residues" in k else i):(at[i+1] if "residues" in k else i+1)].ravel().tolist() for k in vectors})
            for i in range(len(ids))]))`,
  ".parquet": `
import pandas, json, sys
for path in sys.argv[1:]:
    t = pandas.read_parquet(path)
    print(json.dumps([{k: (v.tolist() if hasattr(v, "tolist") else v) for k, v in r.items()} for r in t.to_dict("records")]))`,
  ".npz": `
import numpy, json, sys
def texts(f, name):
    raw, at = f[name + "_utf8"].tobytes(), f[name + "_offset"]
    return [raw[a:b].decode() for a, b in zip(at, at[1:])]
for path in sys.argv[1:]:
    f = numpy.load(path)
    at = f["residue_offset"] if "residue_offset" in f else None
    vectors = [k for k in f if f[k].ndim == 2]
    ids, accessions = texts(f, "id"), texts(f, "accession")
    print(json.dumps([dict(record=int(f["record"][i]), id=ids[i], accession=accessions[i], length=int(f["length"][i]),
        **{k: f[k][(at[i] if "residues" in k else i):(at[i+1] if "residues" in k else i+1)].astype("f8").ravel().tolist() for k in vectors})
        for i in range(len(ids))]))`,
  ".arrow": `
import pyarrow, pyarrow.ipc, json, sys, itertools
def flat(v):
    if not isinstance(v, list): return v
    return [float(x) for x in (itertools.chain(*v) if v and isinstance(v[0], list) else v)]
for path in sys.argv[1:]:
    t = pyarrow.ipc.open_file(pyarrow.memory_map(path)).read_all()
    t.validate(full=True)
    print(json.dumps([{k: flat(v) for k, v in r.items()} for r in t.to_pylist()]))`,
};

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

describe.each(Object.keys(READERS) as EmbeddingEnding[])("%s", (ending) => {
  it("Python's readers find every row of every layout, bit for bit, and none where there is none", async () => {
    const paths: string[] = [await writeEmpty(ending)];
    for (const [name, layout] of Object.entries(LAYOUTS)) {
      paths.push(await write(ending, layout, name));
    }
    // one interpreter for all files: its imports take longer than the reading
    const printed = await python.run(READERS[ending], paths);
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
