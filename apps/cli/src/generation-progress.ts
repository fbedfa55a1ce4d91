/** How far generation is, as one line on a terminal that is overwritten; nothing elsewhere. */
import type { GenerationEvent } from "@performer/performer";

const LINE_EVERY_MS = 200;
/** ECMA-48: back to the first column, and erase the line. */
const CLEAR_LINE = "\r\u001b[2K";

export interface GenerationProgress {
  show(event: GenerationEvent): void;
  /** Takes the line away. */
  close(): void;
}

export function createGenerationProgress(
  count: number,
  output: NodeJS.WriteStream = process.stderr,
): GenerationProgress {
  if (!output.isTTY) return { show() {}, close() {} };
  const startedAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let ended = 0;
  return {
    show(event) {
      if (event.type === "sequence") {
        ended += 1;
        // the sequence itself may be written to the same terminal
        output.write(CLEAR_LINE);
        return;
      }
      const now = performance.now();
      if (now - shownAt < LINE_EVERY_MS) return;
      shownAt = now;
      const rate = event.drawn / ((now - startedAt) / 1000);
      output.write(
        `${CLEAR_LINE}${ended}/${count} sequences, ${event.drawn} residues, ${Math.round(rate)} residues/s`,
      );
    },
    close: () => output.write(CLEAR_LINE),
  };
}
