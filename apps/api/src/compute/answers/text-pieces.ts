/** Text that is made bit by bit, as bytes in pieces of a size that is worth sending. */

/** A piece is made without a pause, so it also bounds how long others wait. */
const PIECE_CHARACTERS = 65_536;

const encoder = new TextEncoder();

/** UTF-8 in a buffer of its own. */
export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/**
 * @param options.lineByLine sends each text at once, for streams that are watched; else texts are
 *   gathered.
 */
export async function* textPieces(
  texts: Iterable<string> | AsyncIterable<string>,
  { lineByLine = false } = {},
): AsyncGenerator<Uint8Array, void, void> {
  let gathered: string[] = [];
  let length = 0;
  for await (const text of texts) {
    gathered.push(text);
    length += text.length;
    if (!lineByLine && length < PIECE_CHARACTERS) continue;
    yield encodeText(gathered.join(""));
    gathered = [];
    length = 0;
  }
  if (length > 0) yield encodeText(gathered.join(""));
}
