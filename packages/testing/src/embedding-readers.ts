/**
 * Files of embeddings as the readers people have see them, by ending: programs for Python that print the
 * rows of each file of their arguments as a line of JSON, a record a protein, vectors as flat lists.
 */
export const EMBEDDING_READERS = {
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
} as const;
