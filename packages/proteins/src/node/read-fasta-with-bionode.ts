/**
 * The reader on bionode-fasta, the library of the original project: kept for compatibility behind
 * a guard, and several times slower than `readFasta` (README.md has the figures).
 */
import { Readable } from "node:stream";
import bionodeFasta from "bionode-fasta";
import type { FastaRecord, ReadFastaOptions } from "../fasta-record.ts";
import { BionodeGuard } from "./bionode-guard.ts";

interface BionodeRecord {
  readonly id: string;
  readonly seq: string;
}

const ascii = new TextEncoder();

/**
 * The records that `readFasta` gives, and the same errors after them.
 * @throws {FastaError} with file and line.
 */
export async function* readFastaWithBionode(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFastaOptions,
): AsyncGenerator<FastaRecord> {
  const guard = new BionodeGuard(options);
  const text = guard.guard(chunks);
  const first = await text.next();
  // without a single header bionode-fasta must not run at all: it throws when its input ends
  if (!first.done) {
    for await (const { id, seq } of parse(first.value, text)) {
      const line = guard.recordLines.shift();
      if (line === undefined) break; // the record that the fault cut short
      yield { header: id, sequence: ascii.encode(seq), source: options.source, line };
    }
  }
  if (guard.fault) throw guard.fault;
}

async function* parse(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<BionodeRecord> {
  const parser = bionodeFasta.obj();
  const input = Readable.from(replay(first, rest), { objectMode: false });
  // streams of its age have no async iteration
  const records = new Readable({ objectMode: true }).wrap(parser);
  try {
    input.pipe(parser);
    yield* records as AsyncIterable<BionodeRecord>;
  } finally {
    input.destroy();
    await rest.return(undefined);
  }
}

async function* replay(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
