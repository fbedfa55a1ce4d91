/** How far generation is, as one line on a terminal that is overwritten; nothing elsewhere. */
import type { GenerationEvent } from "@performer/performer";
import { createOverwrittenLine } from "./overwritten-line.ts";

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
  const line = createOverwrittenLine(output);
  const startedAt = performance.now();
  let ended = 0;
  return {
    show(event) {
      if (event.type === "sequence") {
        ended += 1;
        // the sequence itself may be written to the same terminal
        line.clear();
        return;
      }
      const rate = event.drawn / ((performance.now() - startedAt) / 1000);
      line.show(
        () =>
          `${ended}/${count} sequences, ${event.drawn} residues, ${Math.round(rate)} residues/s`,
      );
    },
    close: () => line.clear(),
  };
}
