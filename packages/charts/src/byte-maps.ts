/** Maps with a byte a cell, as text: what a file holds of a map whose picture is all that is wanted. */
import type { ColoredMap } from "./attention-maps.ts";
import { sequentialScaleFor } from "./color-scale.ts";

export interface ByteMap {
  /** A few words below the map. */
  readonly caption: string;
  /** [side × side] row-major, base64; 255 is the map's largest value. */
  readonly bytes: string;
}

/** @throws {RangeError} where there are not side × side bytes. */
export function coloredByteMap(
  { bytes, caption }: ByteMap,
  side: number,
): ColoredMap & { caption: string } {
  const values = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  if (values.length !== side * side) {
    throw new RangeError(
      `coloredByteMap: expected ${side} × ${side} bytes in "${caption}", got ${values.length}`,
    );
  }
  const matrix = { rows: side, columns: side, values };
  return { matrix, scale: sequentialScaleFor(matrix), caption };
}
