import type { RunEvent, RunSummary } from "@performer/schema";
import { describe, expect, test } from "vitest";
import { appendEvents, EMPTY_SERIES } from "../src/model/run-series.ts";
import { statusOf } from "../src/model/run-status.ts";
import { evaluationEvent, runEvents, stepEvent, summarize } from "./support/fixture-data.ts";

const log = runEvents(400, 1000);
const start = log[0] as Extract<RunEvent, { type: "start" }>;
const end = (reason: "finished" | "stopped"): RunEvent => ({
  type: "end",
  step: 400,
  time: start.time,
  reason,
});

describe("appendEvents", () => {
  test("a log read in pieces gives the series of the whole log", () => {
    const whole = appendEvents(EMPTY_SERIES, log);
    const pieces = [log.slice(0, 1), log.slice(1, 90), [], log.slice(90)];
    expect(pieces.reduce(appendEvents, EMPTY_SERIES)).toEqual(whole);
  });

  test("the series before is left as it was", () => {
    const before = appendEvents(EMPTY_SERIES, log.slice(0, 5));
    appendEvents(before, log.slice(5));
    expect(before.steps).toHaveLength(4);
  });

  test("a resumed run goes back to its checkpoint: later points of the first attempt are dropped", () => {
    const series = appendEvents(EMPTY_SERIES, [
      ...log,
      end("stopped"),
      { ...start, step: 200, resumedFrom: 200 },
      stepEvent(202, 1000),
    ]);
    expect(series.steps.at(-2)?.step).toBe(200);
    expect(series.steps.at(-1)?.step).toBe(202);
    expect(series.evaluations.map(({ step }) => step)).toEqual([200]);
    expect(series.checkpoint).toBeNull();
    expect(series.end).toBeNull();
  });

  test("evaluations, the newest checkpoint and the end are kept apart from the steps", () => {
    const series = appendEvents(EMPTY_SERIES, [...log, evaluationEvent(410), end("finished")]);
    expect(series.evaluations.map(({ step }) => step)).toEqual([200, 400, 410]);
    expect(series.checkpoint?.step).toBe(400);
    expect(series.end?.reason).toBe("finished");
    expect(series.steps).toHaveLength(200);
  });
});

describe("statusOf", () => {
  const listed = (status: RunSummary["status"]) => summarize("run", log, status);
  const series = appendEvents(EMPTY_SERIES, log);

  test("an end event decides, whatever the list still says", () => {
    expect(statusOf(appendEvents(series, [end("stopped")]), listed("running"))).toBe("stopped");
  });

  test("a run whose process died is interrupted, as the list says", () => {
    expect(statusOf(series, listed("interrupted"))).toBe("interrupted");
  });

  test("an event newer than the list means that the run goes on", () => {
    expect(statusOf(appendEvents(series, [stepEvent(402, 1000)]), listed("interrupted"))).toBe(
      "running",
    );
    expect(statusOf(series, null)).toBe("running");
  });
});
