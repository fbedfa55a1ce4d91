/**
 * Shows the events of a run as they come: a bar on a terminal, a plain line every few seconds
 * elsewhere (logs, CI). Evaluations and the start always get a line of their own.
 */
import type { RunEvent } from "@performer/schema";
import { SingleBar } from "cli-progress";
import { formatDuration } from "./duration.ts";

const LINE_EVERY_MS = 5_000;

export interface TrainingProgress {
  show(event: RunEvent): void;
  /** Takes the bar away; further lines start on a fresh line. */
  close(): void;
}

type Output = NodeJS.WriteStream;
type Step = Extract<RunEvent, { type: "step" }>;

export function createTrainingProgress(output: Output = process.stderr): TrainingProgress {
  return output.isTTY ? createBar(output) : createLines(output);
}

function createBar(output: Output): TrainingProgress {
  const bar = new SingleBar({
    stream: output,
    format: "step {value}/{total} {bar} {figures}",
    barsize: 20,
    fps: 4,
    hideCursor: true,
    gracefulExit: false,
  });
  let total = 0;
  const say = (text: string, step: number) => {
    bar.stop();
    output.write(`${text}\n`);
    bar.start(total, step, { figures: "" });
  };
  return {
    show(event) {
      if (event.type === "start") total = event.totalSteps;
      if (event.type === "step") bar.update(event.step, { figures: figures(event) });
      const text = describe(event);
      if (text !== undefined) say(text, event.step);
    },
    close: () => bar.stop(),
  };
}

function createLines(output: Output): TrainingProgress {
  let total = 0;
  let lastLineAt = Number.NEGATIVE_INFINITY;
  return {
    show(event) {
      if (event.type === "start") total = event.totalSteps;
      const text = describe(event);
      if (text !== undefined) output.write(`${text}\n`);
      const due = event.type === "step" && performance.now() - lastLineAt >= LINE_EVERY_MS;
      if (!due) return;
      lastLineAt = performance.now();
      output.write(`step ${event.step}/${total}  ${figures(event)}\n`);
    },
    close() {},
  };
}

function figures({ metrics, tokensPerSecond, secondsLeft }: Step): string {
  return [
    `loss ${metrics.loss.toFixed(3)}`,
    `accuracy ${(100 * metrics.accuracy).toFixed(1)} %`,
    `perplexity ${metrics.perplexity.toFixed(2)}`,
    `${Math.round(tokensPerSecond)} tokens/s`,
    `${formatDuration(secondsLeft)} left`,
  ].join("  ");
}

/** The line of an event that gets one of its own. */
function describe(event: RunEvent): string | undefined {
  switch (event.type) {
    case "start": {
      const { perplexity, accuracy } = event.baseline;
      const parameters = `${(event.parameterCount / 1e6).toFixed(2)} M parameters`;
      const from = event.resumedFrom > 0 ? `, resumed from step ${event.resumedFrom}` : "";
      return (
        `${parameters} on ${event.backend}, ${event.totalSteps} steps${from}; ` +
        `unigram baseline: perplexity ${perplexity.toFixed(2)}, accuracy ${(100 * accuracy).toFixed(1)} %`
      );
    }
    case "evaluation": {
      const { perplexity, accuracy } = event.metrics;
      return (
        `step ${event.step}  validation: perplexity ${perplexity.toFixed(2)}, ` +
        `accuracy ${(100 * accuracy).toFixed(1)} %`
      );
    }
    case "step":
    case "checkpoint":
    case "end":
      return undefined;
    default:
      return event satisfies never;
  }
}
