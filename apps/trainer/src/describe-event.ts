/** A run event as a line of text, for logs that people read. */
import type { RunEvent } from "@performer/schema";

/** Step lines in a whole run. */
const STEP_LINES = 50;

/** Every event but most of the steps. */
export function isWorthALine(event: RunEvent, totalSteps: number): boolean {
  if (event.type !== "step") return true;
  return event.step === 1 || event.step % Math.ceil(totalSteps / STEP_LINES) === 0;
}

/** One line, without the line break. */
export function describeEvent(event: RunEvent): string {
  const at = `step ${event.step}`;
  switch (event.type) {
    case "start": {
      const from = event.resumedFrom > 0 ? `resumed from step ${event.resumedFrom}` : "started";
      return `${from}: ${event.totalSteps} steps, ${event.parameterCount} parameters, baseline perplexity ${event.baseline.perplexity.toFixed(2)}`;
    }
    case "step":
      return `${at}: loss ${event.metrics.loss.toFixed(4)}, perplexity ${event.metrics.perplexity.toFixed(2)}, ${Math.round(event.tokensPerSecond)} tokens/s, ${percent(event.waitShare)} waiting for data, ${Math.round(event.secondsLeft)} s left`;
    case "evaluation":
      return `${at}: validation perplexity ${event.metrics.perplexity.toFixed(3)}, accuracy ${percent(event.metrics.accuracy)}`;
    case "checkpoint":
      return `${at}: checkpoint ${event.name}`;
    case "end":
      return `${at}: ${event.reason}${event.message ? `: ${event.message}` : ""}`;
    default:
      return event satisfies never;
  }
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
