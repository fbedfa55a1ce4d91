/** CRC-32C (Castagnoli), reflected, as TFRecord wants it. Node's zlib has only the IEEE polynomial. */

const CASTAGNOLI_REFLECTED = 0x82f63b78;

/** Remainders of the 256 byte values. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ CASTAGNOLI_REFLECTED : remainder >>> 1;
  }
  return remainder;
});

/** Unsigned 32-bit checksum. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
