/** Records to a gzip FASTA file, 60 residues a line as UniProt writes them. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { DataError } from "./data-error.ts";

const LINE = 60;
const LF = 0x0a;
/** Text collected before it goes to zlib. */
const BATCH_BYTES = 262_144;

export interface FastaWriter {
  /**
   * @param letters ASCII, at least one.
   * @throws {DataError} without residues: a FASTA file cannot hold such a record, a pack of others' making can.
   */
  write(header: string, letters: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** @throws {Error} of Node where the file exists already, or the disk is full. */
export function createFastaWriter(path: string): FastaWriter {
  const gzip = createGzip();
  const file = createWriteStream(path, { flags: "wx" });
  gzip.pipe(file);
  const done = finished(file);
  done.catch(() => gzip.destroy()); // the file says what is wrong; gzip only has to stop
  let batch: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    const text = Buffer.concat(batch);
    batch = [];
    size = 0;
    if (!gzip.write(text)) await Promise.race([once(gzip, "drain"), done]);
  };
  return {
    async write(header, letters) {
      if (letters.length === 0) {
        throw new DataError(
          `expected residues after the header "${header}", got none; drop empty records first: npm run data -- filter --min-length 1`,
        );
      }
      const text = wrap(header, letters);
      batch.push(text);
      size += text.length;
      if (size >= BATCH_BYTES) await flush();
    },
    async close() {
      await flush();
      gzip.end();
      await done;
    },
  };
}

function wrap(header: string, letters: Uint8Array): Uint8Array {
  const head = Buffer.from(`>${header}\n`);
  const lines = Math.ceil(letters.length / LINE);
  const text = new Uint8Array(head.length + letters.length + lines);
  text.set(head);
  let at = head.length;
  for (let from = 0; from < letters.length; from += LINE) {
    const line = letters.subarray(from, from + LINE);
    text.set(line, at);
    at += line.length;
    text[at++] = LF;
  }
  return text;
}
