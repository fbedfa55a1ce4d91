/** Letters that a person gave to residue ids, with errors that say where the letters came from. */
import { encodeSequence, ResidueError } from "@performer/proteins";

/** @param where "--prompt", or a file and a line. @throws {Error} naming the letter that is no residue. */
export function encodeProtein(letters: string | Uint8Array, where: string): Uint8Array {
  try {
    return encodeSequence(letters);
  } catch (cause) {
    if (!(cause instanceof ResidueError)) throw cause;
    const { letter, position } = cause;
    throw new Error(
      `${where}: ${JSON.stringify(letter)} at position ${position + 1} is no residue; give one-letter codes, such as MKTAYIAK`,
      { cause },
    );
  }
}
