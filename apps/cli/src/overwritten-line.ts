/** One line of a terminal that is written over, at most five times a second. */

const LINE_EVERY_MS = 200;
/** ECMA-48: back to the first column, and erase the line. */
const CLEAR_LINE = "\r\u001b[2K";

export interface OverwrittenLine {
  /** Shows what `text` makes, unless the last time was a moment ago. */
  show(text: () => string): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

export function createOverwrittenLine(output: NodeJS.WriteStream): OverwrittenLine {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const now = performance.now();
      if (now - shownAt < LINE_EVERY_MS) return;
      shownAt = now;
      output.write(`${CLEAR_LINE}${text()}`);
    },
    clear: () => output.write(CLEAR_LINE),
  };
}
