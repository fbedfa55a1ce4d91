/** How far scoring is, as one line on a terminal that is overwritten; nothing elsewhere. */
import type { TokenScorer } from "@performer/interpret";
import { createOverwrittenLine } from "../overwritten-line.ts";

export interface ScorerWithProgress extends TokenScorer {
  /** Takes the line away. */
  close(): void;
}

/** `scorer`, telling how much it has computed: the input is read as it comes, so its end is not known. */
export function withProgress(
  scorer: TokenScorer,
  output: NodeJS.WriteStream = process.stderr,
): ScorerWithProgress {
  const { config } = scorer;
  if (!output.isTTY) return { config, logits: (batch) => scorer.logits(batch), close() {} };
  const line = createOverwrittenLine(output);
  const startedAt = performance.now();
  let passes = 0;
  let tokens = 0;
  return {
    config,
    async logits(batch) {
      const scores = await scorer.logits(batch);
      passes += batch.rows;
      tokens += batch.rows * batch.length;
      const rate = Math.round(tokens / ((performance.now() - startedAt) / 1000));
      line.show(
        () => `${passes.toLocaleString("en")} passes, ${rate.toLocaleString("en")} residues/s`,
      );
      return scores;
    },
    close: () => line.clear(),
  };
}
