/**
 * IEEE 754 binary16, the F16 of safetensors, to and from its bits. By arithmetic: Node 20 has no
 * Float16Array.
 */

/** Binary16 has 10 bits of fraction: half the distance of neighbours, relative to the smaller of them. */
export const HALF_ROUNDOFF = 2 ** -11;

const INFINITE = 0x7c00;
const NOT_A_NUMBER = 0x7e00;
/** Exponent of the least normal number; below it neighbours no longer move together. */
const LEAST_EXPONENT = -14;

const view = new DataView(new ArrayBuffer(4));

/** Bits of the nearest binary16, ties to even; past 65,504 infinity. @param value a float32. */
export function narrowHalf(value: number): number {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = Math.max(LEAST_EXPONENT, ((bits >>> 23) & 0xff) - 127);
  if (exponent > 15) return sign | INFINITE;
  const units = Math.abs(value) / 2 ** (exponent - 10);
  // a fraction that rounds up to 2 carries into the exponent, which is what should happen
  return sign | ((exponent - LEAST_EXPONENT) * 1024 + roundToEven(units));
}

/** IEEE 754 binary16 to its exact number. */
export function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
