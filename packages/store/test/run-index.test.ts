import type { RunEvent } from "@performer/schema";
import { describe, expect, test } from "vitest";
import {
  endEvent,
  evaluationEvent,
  openedStore,
  startEvent,
  stepEvent,
  storePath,
} from "./support.ts";

const position = (lines: number, inode = 1) => ({ inode, offset: lines * 100, lines });
const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => stepEvent(from + i));

describe("run index", () => {
  test("a run is what its log says, however many calls brought it", async () => {
    const events = [startEvent(), ...steps(1, 5), evaluationEvent(5), endEvent(5)];
    const atOnce = await openedStore(await storePath());
    await atOnce.runs.append("run", { events, position: position(8), fromStart: true });
    const oneByOne = await openedStore(await storePath());
    for (const [i, event] of events.entries()) {
      await oneByOne.runs.append("run", {
        events: [event],
        position: position(i + 1),
        fromStart: i === 0,
      });
    }
    const [run] = await atOnce.runs.list();
    expect(run).toEqual({
      id: "run",
      startedAt: "2026-01-01T00:00:00.000Z",
      updatedAt: "2026-01-01T00:00:00.005Z",
      step: 5,
      totalSteps: 100,
      parameterCount: 7,
      end: "finished",
      baseline: { perplexity: 18, accuracy: 0.1 },
      lastTraining: expect.objectContaining({ lossSum: 295 }),
      lastEvaluation: expect.objectContaining({ lossSum: 250 }),
    });
    expect(await oneByOne.runs.list()).toEqual([run]);
    for (const kind of ["step", "evaluation"] as const) {
      expect(await oneByOne.runs.metrics("run", { kind })).toEqual(
        await atOnce.runs.metrics("run", { kind }),
      );
    }
    expect(await oneByOne.runs.position("run")).toEqual(position(8));
  });

  test("a log that was cut back replaces what was indexed, points after the cut included", async () => {
    const { runs } = await openedStore(await storePath());
    await runs.append("run", {
      events: [startEvent(), ...steps(1, 6), endEvent(6)],
      position: position(8),
      fromStart: true,
    });
    await runs.append("run", {
      events: [startEvent(), ...steps(1, 4), startEvent(4)],
      position: position(6, 2),
      fromStart: true,
    });
    const points = await runs.metrics("run", { kind: "step" });
    expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(await runs.list()).toMatchObject([
      { step: 4, end: null, startedAt: "2026-01-01T00:00:00.000Z" },
    ]);
  });

  test("a run that goes on after its end has no end any more", async () => {
    const { runs } = await openedStore(await storePath());
    const first = { events: [startEvent(), endEvent(0)], position: position(2), fromStart: true };
    await runs.append("run", first);
    const more = { events: [startEvent(1)], position: position(3), fromStart: false };
    await runs.append("run", more);
    expect(await runs.list()).toMatchObject([{ end: null }]);
  });

  test("points are thinned to every n-th from the last on, and the last is always there", async () => {
    const { runs } = await openedStore(await storePath());
    const events = [startEvent(), ...steps(1, 10)];
    await runs.append("run", { events, position: position(11), fromStart: true });
    const thinned = await runs.metrics("run", { kind: "step", maxPoints: 4 });
    expect(thinned.map(({ step }) => step)).toEqual([1, 4, 7, 10]);
    expect(thinned.at(-1)).toEqual({
      step: 10,
      time: "2026-01-01T00:00:00.010Z",
      loss: 2.9,
      perplexity: Math.exp(2.9),
      accuracy: 0.25,
      weightSum: 100,
      learningRate: 0.001,
      gradientNorm: 0.5,
      tokensPerSecond: 1000,
      workers: null,
    });
  });

  test("points keep what each worker of a step told", async () => {
    const { runs } = await openedStore(await storePath());
    const workers = [
      { name: "worker:0", tokensPerSecond: 600, waitShare: 0 },
      { name: "worker:1", tokensPerSecond: 400, waitShare: 0.25 },
    ];
    const events = [startEvent(), { ...stepEvent(1), workers } as RunEvent, stepEvent(2)];
    await runs.append("run", { events, position: position(3), fromStart: true });
    const points = await runs.metrics("run", { kind: "step" });
    expect(points.map((point) => point.workers)).toEqual([workers, null]);
  });

  test("events that two processes bring at once are indexed once", async () => {
    const { runs } = await openedStore(await storePath());
    await runs.append("run", { events: [startEvent()], position: position(1), fromStart: true });
    const news = { events: [stepEvent(1)], position: position(2), fromStart: false };
    await runs.append("run", news);
    await expect(runs.append("run", news)).rejects.toMatchObject({ kind: "conflict" });
    expect(await runs.metrics("run", { kind: "step" })).toHaveLength(1);
  });

  test("runs whose folder is gone go, with their points; the newest start comes first", async () => {
    const { runs } = await openedStore(await storePath());
    for (const [i, id] of ["a", "b", "c"].entries()) {
      const events = [startEvent(i), stepEvent(i + 1)];
      await runs.append(id, { events, position: position(2), fromStart: true });
    }
    await runs.append("empty", { events: [], position: position(0), fromStart: true });
    await runs.keepOnly(["a", "c", "empty"]);
    expect((await runs.list()).map(({ id }) => id)).toEqual(["c", "a"]);
    expect(await runs.metrics("b", { kind: "step" })).toEqual([]);
    expect(await runs.position("b")).toBeNull();
  });
});
