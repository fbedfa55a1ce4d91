/**
 * The bytes of a shard's .index file (docs/shard-format.md): where each record lies in .residues and
 * .headers, and a checksum of each block of both. Little-endian, read into typed arrays in place.
 * Offsets have 32 bits: half the memory of 64, for the price that a shard stays below 4 GiB.
 */
import { crc32 } from "node:zlib";
import { PACK_AGAIN, PackError } from "./pack-error.ts";

const SHARD_VERSION = 1;
/** Bytes under one checksum: what a single random read costs. */
export const BLOCK_BYTES = 16_384;

const MAGIC = "PROTPACK";
const PREAMBLE_BYTES = 32;
const WORD_BYTES = 4;

export interface ShardIndex {
  /** [sequences + 1] where each sequence starts, then the size of .residues. */
  readonly residueOffsets: Uint32Array;
  /** [sequences + 1] likewise, of .headers. */
  readonly headerOffsets: Uint32Array;
  /** CRC-32 of each block of BLOCK_BYTES of .residues; the last one may be short. */
  readonly residueChecksums: Uint32Array;
  readonly headerChecksums: Uint32Array;
}

export type ShardPart = "residues" | "headers" | "index";
export const shardFile = (shard: string, part: ShardPart): string => `${shard}.${part}`;

const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES);

export function encodeShardIndex(index: ShardIndex): Uint8Array {
  const { residueOffsets, headerOffsets, residueChecksums, headerChecksums } = index;
  const arrays = [residueOffsets, headerOffsets, residueChecksums, headerChecksums];
  const words = arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(PREAMBLE_BYTES + WORD_BYTES * (words + 1));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, SHARD_VERSION, true);
  view.setUint32(12, BLOCK_BYTES, true);
  view.setUint32(16, residueOffsets.length - 1, true);
  view.setUint32(20, residueOffsets.at(-1)!, true);
  view.setUint32(24, headerOffsets.at(-1)!, true);
  let at = PREAMBLE_BYTES;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/**
 * @param path of the file, for messages.
 * @throws {PackError} "foreign", "version" or "damaged".
 */
export function decodeShardIndex(bytes: Uint8Array, path: string): ShardIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new PackError(
      "foreign",
      path,
      `expected the index of a shard, got other data; ${PACK_AGAIN}`,
    );
  }
  if (bytes.length < PREAMBLE_BYTES + WORD_BYTES) throw truncated(path, bytes.length);
  const version = view.getUint32(8, true);
  const blockBytes = view.getUint32(12, true);
  if (version !== SHARD_VERSION || blockBytes !== BLOCK_BYTES) {
    throw new PackError(
      "version",
      path,
      `expected version ${SHARD_VERSION} with blocks of ${BLOCK_BYTES} bytes, got version ${version} with ${blockBytes}; pack the sequences anew with this release`,
    );
  }
  const sequences = view.getUint32(16, true);
  const lengths = [
    sequences + 1,
    sequences + 1,
    blocksOf(view.getUint32(20, true)),
    blocksOf(view.getUint32(24, true)),
  ];
  const words = lengths.reduce((sum, length) => sum + length, 0);
  const end = PREAMBLE_BYTES + WORD_BYTES * words;
  if (bytes.length !== end + WORD_BYTES) throw truncated(path, bytes.length);
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw new PackError("damaged", path, `its checksum does not match its bytes; ${PACK_AGAIN}`);
  }
  let at = bytes.byteOffset + PREAMBLE_BYTES;
  const [residueOffsets, headerOffsets, residueChecksums, headerChecksums] = lengths.map(
    (length) => {
      const array = new Uint32Array(bytes.buffer, at, length);
      at += array.byteLength;
      return array;
    },
  ) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  return { residueOffsets, headerOffsets, residueChecksums, headerChecksums };
}

function truncated(path: string, length: number): PackError {
  return new PackError(
    "damaged",
    path,
    `expected an index as long as its counts say, got ${length} bytes; ${PACK_AGAIN}`,
  );
}
