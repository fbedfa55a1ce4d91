"""Makes data/secondary-structure.tsv.gz: chains of known structure with DSSP's state of every residue.

Source: the structure database of ProMod3 (Debian package promod3-data 3.2.1+ds-6), PDB chains that are
no more than 60 % identical with the states that DSSP gives them. Needs python3-promod3 3.2.1+ds-6,
mmseqs2 14-7e284+ds-1 and the file that the models are pre-trained on:

    apt-get install python3-promod3 mmseqs2
    /usr/bin/python3 data/make-secondary-structure.py ../shared/data/uniref50-train.fasta.gz

Every chain is the representative of a cluster of its own (25 % identity), and no training chain is a
homologue of a test chain that mmseqs finds (E < 1e-3), so a probe cannot remember a test chain.
"""

import collections
import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
import types

import ost

# the package's __init__ wants a library of chemical components that the database does not need
PACKAGE = os.path.join(os.path.dirname(os.path.dirname(ost.__file__)), "promod3")
stub = types.ModuleType("promod3")
stub.__path__ = [PACKAGE]
sys.modules["promod3"] = stub
from promod3 import loop  # noqa: E402

DATABASE = os.environ.get(
    "PROMOD3_STRUCTURE_DB", "/usr/share/promod3/loop_data/structure_db.dat"
)
RESIDUES = set("ACDEFGHIKLMNPQRSTVWY")
SHORTEST, LONGEST = 60, 400
TRAIN_CHAINS, TEST_CHAINS = 1500, 500


def chains_of_database():
    """The longest piece of each chain, as {id: (sequence, states)}; pieces end where residues are missing."""
    database = loop.StructureDB.Load(DATABASE)
    longest = {}
    for index in range(database.GetNumCoords()):
        info = database.GetCoordInfo(index)
        fragment = loop.FragmentInfo(index, 0, info.size)
        name = f"{info.id}_{info.chain_name}"
        sequence = str(database.GetSequence(fragment))
        if len(sequence) > len(longest.get(name, ("", ""))[0]):
            longest[name] = (sequence, str(database.GetDSSPStates(fragment)))
    return {
        name: (sequence, states)
        for name, (sequence, states) in longest.items()
        if SHORTEST <= len(sequence) <= LONGEST and set(sequence) <= RESIDUES
    }


def in_random_order(names):
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())


def write_fasta(path, chains, names):
    with open(path, "w") as file:
        for name in names:
            file.write(f">{name}\n{chains[name][0]}\n")
    return path


def run(*arguments):
    subprocess.run(["mmseqs", *arguments, "--threads", "2", "-v", "1"], check=True)


def search(folder, queries, targets, fields):
    result = os.path.join(folder, "hits.tsv")
    options = ["-s", "7.5", "-e", "1e-3", "--format-output", ",".join(fields)]
    run("easy-search", queries, targets, result, os.path.join(folder, "scratch"), *options)
    with open(result) as file:
        return [line.rstrip("\n").split("\t") for line in file]


def main(pretraining, output):
    chains = chains_of_database()
    with tempfile.TemporaryDirectory() as folder:
        everything = write_fasta(os.path.join(folder, "all.fasta"), chains, sorted(chains))
        prefix = os.path.join(folder, "clusters")
        clustering = ["--min-seq-id", "0.25", "-c", "0.5", "--cov-mode", "1", "-s", "7.5"]
        run("easy-cluster", everything, prefix, os.path.join(folder, "scratch"), *clustering)
        with open(f"{prefix}_cluster.tsv") as file:
            representatives = in_random_order({line.split("\t")[0] for line in file})
        test = representatives[:TEST_CHAINS]
        rest = representatives[TEST_CHAINS:]
        test_file = write_fasta(os.path.join(folder, "test.fasta"), chains, test)
        rest_file = write_fasta(os.path.join(folder, "rest.fasta"), chains, rest)
        related = {target for _, target in search(folder, test_file, rest_file, ["query", "target"])}
        train = [name for name in rest if name not in related][:TRAIN_CHAINS]
        nearest = collections.defaultdict(float)
        for query, identity, coverage in search(
            folder, test_file, pretraining, ["query", "fident", "qcov"]
        ):
            if float(coverage) >= 0.5:
                nearest[query] = max(nearest[query], float(identity))
    print(
        f"{len(chains)} chains, {len(representatives)} clusters; {len(related)} relatives of test chains left out"
    )
    rows = [("train", name, "") for name in train]
    rows += [("test", name, f"{nearest[name]:.3f}") for name in test]
    with open(output, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(b"part\tchain\tnearest_pretraining_identity\tsequence\tdssp\n")
        for part, name, identity in rows:
            sequence, states = chains[name]
            file.write(f"{part}\t{name}\t{identity}\t{sequence}\t{states}\n".encode())


main(sys.argv[1], os.path.join(os.path.dirname(__file__), "secondary-structure.tsv.gz"))
