import "@tensorflow/tfjs";
import type { RunConfig, RunEvent } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import { createEagerStepper } from "../src/step/eager-stepper.ts";
import type { TrainStepper } from "../src/step/train-stepper.ts";
import { type TrainOptions, type TrainSnapshot, train } from "../src/train.ts";
import { tinyBatches, tinyConfig, tinyEvaluation, tinyModel } from "./fixture.ts";

const facts = { parameterCount: 1, backend: "cpu", baseline: { perplexity: 18, accuracy: 0.1 } };

interface Session {
  readonly events: RunEvent[];
  /** Step of each snapshot, and the draw its projections come from. */
  readonly snapshots: Pick<TrainSnapshot, "step" | "position" | "lastRedraw">[];
}

/** Trains to the end, or until `train` throws, which it hands on as `error`. */
async function runSession(
  config: RunConfig,
  stepper: TrainStepper,
  options: Partial<TrainOptions> = {},
): Promise<Session & { error: unknown }> {
  const events: RunEvent[] = [];
  const snapshots: Session["snapshots"] = [];
  let error: unknown;
  try {
    for await (const event of train({
      config,
      stepper,
      batches: tinyBatches(config, options.startStep),
      evaluationBatches: () => tinyEvaluation(config),
      facts,
      saveSnapshot: async ({ step, position, lastRedraw }) => {
        snapshots.push({ step, position, lastRedraw });
        return `step-${step}`;
      },
      ...options,
    })) {
      events.push(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { events, snapshots, error };
}

const create = (config: RunConfig) =>
  createEagerStepper({
    model: tinyModel(config),
    optimizer: createOptimizer(config.training.optimizer),
  });
const described = (events: RunEvent[]) => events.map(({ type, step }) => `${type} ${step}`);
const losses = (events: RunEvent[]) =>
  events.flatMap((event) =>
    event.type === "step" || event.type === "evaluation" ? [event.metrics.lossSum] : [],
  );

/** A stepper of the same parameters that reports NaN at one step. */
function withNaN(stepper: TrainStepper, at: number): TrainStepper {
  return {
    ...stepper,
    async step(batch, context) {
      const result = await stepper.step(batch, context);
      return context.step === at
        ? { ...result, sums: { ...result.sums, lossSum: Number.NaN } }
        : result;
    },
  };
}

test("events come in order: start, steps, evaluation and checkpoint where due and at the last step, end", async () => {
  const config = tinyConfig({ steps: 6 });
  const { events, snapshots } = await runSession(config, create(config));
  expect(described(events)).toEqual([
    ...["start 0", "step 1", "step 2", "step 3", "step 4", "evaluation 4", "checkpoint 4"],
    ...["step 5", "step 6", "evaluation 6", "checkpoint 6", "end 6"],
  ]);
  expect(events.at(-1)).toMatchObject({ reason: "finished" });
  expect(snapshots.map(({ position }) => position.batches)).toEqual([4, 6]);
});

test("going on from any step gives the losses of the uninterrupted run, bit by bit", async () => {
  const config = tinyConfig({ steps: 8, dropout: 0.1, redrawEvery: 3 });
  const whole = await runSession(config, create(config));
  for (const stopAt of [1, 3, 6]) {
    const stepper = create(config);
    const controller = new AbortController();
    const counting: TrainStepper = {
      ...stepper,
      step: (batch, context) => {
        if (context.step === stopAt) controller.abort();
        return stepper.step(batch, context);
      },
    };
    const first = await runSession(config, counting, { signal: controller.signal });
    expect(first.events.at(-1)).toMatchObject({ type: "end", step: stopAt, reason: "stopped" });
    const second = await runSession(config, stepper, { startStep: stopAt });
    expect([...losses(first.events), ...losses(second.events)]).toEqual(losses(whole.events));
  }
});

test("the projections are redrawn every redrawEvery steps, before the step, and the snapshot names the draw", async () => {
  const config = tinyConfig({
    steps: 8,
    redrawEvery: 3,
    training: { checkpointEvery: 1, evaluateEvery: 100 },
  });
  const stepper = create(config);
  const redraws: number[] = [];
  let step = 0;
  const watched: TrainStepper = {
    ...stepper,
    step: (batch, context) => {
      step = context.step;
      return stepper.step(batch, context);
    },
    redraw: (projections) => {
      redraws.push(step);
      stepper.redraw(projections);
    },
  };
  const { snapshots } = await runSession(config, watched);
  expect(redraws).toEqual([3, 6]);
  expect(snapshots.map(({ lastRedraw }) => lastRedraw)).toEqual([0, 0, 0, 3, 3, 3, 6, 6]);
});

test("redrawEvery 0 keeps the first draw", async () => {
  const config = tinyConfig({ steps: 4, redrawEvery: 0 });
  const { snapshots } = await runSession(config, create(config));
  expect(snapshots.map(({ lastRedraw }) => lastRedraw)).toEqual([0]);
});

test("a NaN stops the run: the end event and the error name the step, and nothing is saved after it", async () => {
  const config = tinyConfig({ steps: 8, training: { checkpointEvery: 2 } });
  const { events, snapshots, error } = await runSession(config, withNaN(create(config), 4));
  expect(described(events).slice(-3)).toEqual(["checkpoint 2", "step 3", "end 3"]);
  expect(events.at(-1)).toMatchObject({
    reason: "failed",
    message: expect.stringContaining("at step 4"),
  });
  expect(error).toMatchObject({ name: "NonFiniteError", step: 4 });
  expect(snapshots.map(({ step }) => step)).toEqual([2]);
});

test("a learning rate that explodes ends as a NaN stop", async () => {
  const config = tinyConfig({
    steps: 50,
    training: { optimizer: { learningRate: 1e30, warmupSteps: 0, gradientClip: 1e30 } },
  });
  const { error } = await runSession(config, create(config));
  expect(error).toMatchObject({ name: "NonFiniteError" });
});

test("aborting stops after the running step, with a checkpoint of it", async () => {
  const config = tinyConfig({ steps: 8 });
  const controller = new AbortController();
  const session = runSession(config, create(config), { signal: controller.signal });
  // the loop yields between steps, so this timer runs although the arithmetic is synchronous
  setImmediate(() => controller.abort());
  const { events, snapshots } = await session;
  const stopped = events.at(-1)!;
  expect(stopped).toMatchObject({ type: "end", reason: "stopped" });
  expect(stopped.step).toBeGreaterThan(0);
  expect(stopped.step).toBeLessThan(8);
  expect(snapshots.map(({ step }) => step)).toEqual([stopped.step]);
});

test("aborted before the first step: nothing is trained and nothing saved", async () => {
  const config = tinyConfig();
  const { events, snapshots } = await runSession(config, create(config), {
    signal: AbortSignal.abort(),
  });
  expect(described(events)).toEqual(["start 0", "end 0"]);
  expect(snapshots).toEqual([]);
});

test("going on from the last step does nothing more", async () => {
  const config = tinyConfig({ steps: 4 });
  const { events } = await runSession(config, create(config), { startStep: 4 });
  expect(described(events)).toEqual(["start 4", "end 4"]);
  expect(events.at(-1)).toMatchObject({ reason: "finished" });
});

test("data that end before the steps do are an error that names the cause", async () => {
  const config = tinyConfig();
  const { events, error } = await runSession(config, create(config), {
    batches: (async function* () {})(),
  });
  expect(events.at(-1)).toMatchObject({ type: "end", reason: "failed" });
  expect(String(error)).toContain("is the training set empty?");
});

test("leaving the loop closes the data stream", async () => {
  const config = tinyConfig();
  const batches = tinyBatches(config);
  const options = {
    config,
    stepper: create(config),
    batches,
    evaluationBatches: () => tinyEvaluation(config),
    facts,
  };
  for await (const event of train({ ...options, saveSnapshot: async () => "never" })) {
    if (event.type === "step") break;
  }
  expect(await batches.next()).toEqual({ done: true, value: undefined });
});

test("a whole session leaves no tensor behind", async () => {
  const config = tinyConfig({ steps: 5 });
  const before = tf.memory().numTensors;
  const stepper = create(config);
  await runSession(config, stepper);
  stepper.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
