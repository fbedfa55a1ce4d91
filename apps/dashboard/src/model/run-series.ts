/**
 * What a run's events add up to: the points of the curves and the latest figures.
 * Pure, so that a replayed log and a live stream give the same picture.
 */
import type { RunEvent } from "@performer/schema";

export type StartEvent = Extract<RunEvent, { type: "start" }>;
type StepEvent = Extract<RunEvent, { type: "step" }>;
export type EvaluationEvent = Extract<RunEvent, { type: "evaluation" }>;
type CheckpointEvent = Extract<RunEvent, { type: "checkpoint" }>;
type EndEvent = Extract<RunEvent, { type: "end" }>;

/** Ordered by step. `end` is null again once a stopped run is resumed. */
export interface RunSeries {
  readonly start: StartEvent | null;
  readonly steps: readonly StepEvent[];
  readonly evaluations: readonly EvaluationEvent[];
  readonly checkpoint: CheckpointEvent | null;
  readonly end: EndEvent | null;
  /** Time of the latest event. */
  readonly updatedAt: string | null;
}

export const EMPTY_SERIES: RunSeries = {
  start: null,
  steps: [],
  evaluations: [],
  checkpoint: null,
  end: null,
  updatedAt: null,
};

/**
 * The series after `events`. A run that resumes goes back to its checkpoint: what an interrupted
 * attempt logged beyond that step is dropped, or the curve would run backwards.
 */
export function appendEvents(series: RunSeries, events: readonly RunEvent[]): RunSeries {
  let { start, checkpoint, end } = series;
  let steps = [...series.steps];
  let evaluations = [...series.evaluations];
  for (const event of events) {
    switch (event.type) {
      case "start":
        start = event;
        end = null;
        steps = steps.filter((point) => point.step <= event.resumedFrom);
        evaluations = evaluations.filter((point) => point.step <= event.resumedFrom);
        if (checkpoint && checkpoint.step > event.resumedFrom) checkpoint = null;
        break;
      case "step":
        steps.push(event);
        break;
      case "evaluation":
        evaluations.push(event);
        break;
      case "checkpoint":
        checkpoint = event;
        break;
      case "end":
        end = event;
        break;
      default:
        event satisfies never;
    }
  }
  const updatedAt = events.at(-1)?.time ?? series.updatedAt;
  return { start, steps, evaluations, checkpoint, end, updatedAt };
}
