/** How far scoring is, as one line on a terminal that is overwritten; nothing elsewhere. */
import type { TokenScorer } from "@performer/interpret";

const LINE_EVERY_MS = 200;
/** ECMA-48: back to the first column, and erase the line. */
const CLEAR_LINE = "\r\u001b[2K";

export interface ScorerWithProgress extends TokenScorer {
  /** Takes the line away. */
  close(): void;
}

/** `scorer`, telling how much it has computed: the input is read as it comes, so its end is not known. */
export function withProgress(
  scorer: TokenScorer,
  output: NodeJS.WriteStream = process.stderr,
): ScorerWithProgress {
  if (!output.isTTY) return { ...scorer, close() {} };
  const startedAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let passes = 0;
  let tokens = 0;
  return {
    config: scorer.config,
    async logits(batch) {
      const scores = await scorer.logits(batch);
      passes += batch.rows;
      tokens += batch.rows * batch.length;
      const now = performance.now();
      if (now - shownAt < LINE_EVERY_MS) return scores;
      shownAt = now;
      const rate = Math.round(tokens / ((now - startedAt) / 1000));
      output.write(
        `${CLEAR_LINE}${passes.toLocaleString("en")} passes, ${rate.toLocaleString("en")} residues/s`,
      );
      return scores;
    },
    close: () => output.write(CLEAR_LINE),
  };
}
