/**
 * Makes sample-train.fasta.gz and sample-valid.fasta.gz from one FASTA file:
 *
 *   node data/make-sample.mjs FILE.fasta.gz
 *
 * A record goes to the validation file where SHA-256 of its accession, as a number, is 0 modulo 10,
 * so the split depends on nothing but the accession. Gzip output carries no time stamp.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("make-sample: name the FASTA file, gzip-compressed");

const records = gunzipSync(readFileSync(file))
  .toString("latin1")
  .split(/^(?=>)/m);
const isValidation = (record) => {
  const accession = record.slice(1).split(/\s/, 1)[0];
  return createHash("sha256").update(accession).digest().readUInt32BE(0) % 10 === 0;
};

for (const [name, part] of [
  ["train", records.filter((record) => !isValidation(record))],
  ["valid", records.filter(isValidation)],
]) {
  const path = join(import.meta.dirname, `sample-${name}.fasta.gz`);
  writeFileSync(path, gzipSync(Buffer.from(part.join(""), "latin1"), { level: 9 }));
  console.log(`sample-${name}.fasta.gz: ${part.length} sequences`);
}
