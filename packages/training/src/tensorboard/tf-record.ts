/**
 * TFRecord framing: length (uint64), masked checksum of the length, data, masked checksum of the
 * data, all little-endian. Source: tensorflow/core/lib/io/record_writer.h.
 */
import { crc32c } from "./crc32c.ts";

/** So that a checksum of data that holds checksums stays strong; tensorflow/core/lib/hash/crc32c.h. */
const MASK_DELTA = 0xa282ead8;

/** One record around `data`. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(data), true);
  return record;
}

function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
