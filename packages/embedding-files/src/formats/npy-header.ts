/** The header of a .npy file, version 1.0 (numpy/lib/format.py, "Format Version 1.0"). */

/** The values begin on this boundary. */
const ALIGNMENT_BYTES = 64;
/** "NUMPY" behind a byte that is no letter, then the version. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The magic bytes, then the length of the text (2 bytes, little-endian). */
const PREFIX_BYTES = MAGIC.length + 2;

/** @param type NumPy's, such as "<f4". @param shape row-major. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.map((size) => `${size},`).join(" ");
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const whole = Math.ceil((PREFIX_BYTES + text.length + 1) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const bytes = Buffer.alloc(whole, " ");
  bytes.set(MAGIC);
  bytes.writeUInt16LE(whole - PREFIX_BYTES, MAGIC.length);
  bytes.write(text, PREFIX_BYTES, "latin1");
  bytes.write("\n", whole - 1);
  return bytes;
}
