/** The one check of what a model takes: nothing is cut silently, and the message names the sequence. */
import { SPECIALS_PER_ROW } from "@performer/proteins";

/**
 * @param caller named in the message.
 * @throws {RangeError} naming the first sequence that is empty or longer than the model takes.
 */
export function assertLengths(
  caller: string,
  sequences: readonly Uint8Array[],
  maxLength: number,
): void {
  sequences.forEach(({ length }, index) => {
    if (length < 1 || length > maxLength - SPECIALS_PER_ROW) {
      throw new RangeError(
        `${caller}: expected 1 to ${maxLength - SPECIALS_PER_ROW} residues (the model's maxLength less bos and eos), got ${length} in sequence ${index}; split it into windows`,
      );
    }
  });
}
