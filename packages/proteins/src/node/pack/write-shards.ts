/** Records to the shards of a packed folder; the manifest is the caller's (it knows the sources). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackShard } from "@performer/schema";
import { encodeRecord } from "../../encode-record.ts";
import type { ResiduePolicy } from "../../encode-sequence.ts";
import type { FastaRecord } from "../../fasta-record.ts";
import { BlockFileWriter } from "./block-file-writer.ts";
import { encodeShardIndex, shardFile } from "./shard-index.ts";

/** 135 shards for UniRef50; the index of one takes 3 MB of memory. */
export const DEFAULT_SHARD_RESIDUES = 134_217_728;
/** With the longest record that is read, offsets stay within 32 bits. */
export const MAX_SHARD_RESIDUES = 2 ** 31;

export interface WriteShardsOptions {
  /** Exists and holds no shards. */
  readonly folder: string;
  readonly policy?: ResiduePolicy;
  /** A shard is closed before the record that would make it larger; one record always fits. */
  readonly shardResidues?: number;
}

/**
 * Writes every record, in order, also one of which the policy leaves nothing: training draws the
 * same random numbers from a pack as from the FASTA file.
 * @throws {FastaError} from the records, or for a letter that the policy refuses.
 */
export async function writeShards(
  records: AsyncIterable<FastaRecord>,
  { folder, policy = "strict", shardResidues = DEFAULT_SHARD_RESIDUES }: WriteShardsOptions,
): Promise<PackShard[]> {
  const shards: PackShard[] = [];
  let open: ShardWriter | undefined;
  for await (const record of records) {
    const residues = encodeRecord(record, policy);
    if (open !== undefined && !open.fits(residues.length, shardResidues)) {
      shards.push(open.close());
      open = undefined;
    }
    open ??= new ShardWriter(folder, String(shards.length).padStart(5, "0"));
    open.add(record.header, residues);
  }
  if (open !== undefined) shards.push(open.close());
  return shards;
}

class ShardWriter {
  readonly #folder: string;
  readonly #name: string;
  readonly #residues: BlockFileWriter;
  readonly #headers: BlockFileWriter;
  readonly #residueOffsets = [0];
  readonly #headerOffsets = [0];

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.#residues = new BlockFileWriter(join(folder, shardFile(name, "residues")));
    this.#headers = new BlockFileWriter(join(folder, shardFile(name, "headers")));
  }

  /** Headers count as well: a header may have a megabyte. */
  fits(residues: number, most: number): boolean {
    return this.#residues.size + residues <= most && this.#headers.size <= most;
  }

  add(header: string, residues: Uint8Array): void {
    this.#residues.append(residues);
    this.#headers.append(Buffer.from(header));
    this.#residueOffsets.push(this.#residues.size);
    this.#headerOffsets.push(this.#headers.size);
  }

  close(): PackShard {
    const index = encodeShardIndex({
      residueOffsets: Uint32Array.from(this.#residueOffsets),
      headerOffsets: Uint32Array.from(this.#headerOffsets),
      residueChecksums: this.#residues.close(),
      headerChecksums: this.#headers.close(),
    });
    writeFileSync(join(this.#folder, shardFile(this.#name, "index")), index, {
      flag: "wx",
      flush: true,
    });
    const sequences = this.#residueOffsets.length - 1;
    return { name: this.#name, sequences, residues: this.#residues.size };
  }
}
