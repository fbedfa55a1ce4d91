/** Reversible layers in a graph: gradients of eager, the forward pass's dropout masks, memory that depth leaves alone. */
import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { compileForward, type HostTensor, openProgram, type Program } from "../../src/compiled.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";
import {
  compileLoss,
  createModel,
  DIRECTIONS,
  DROPOUT_KEY,
  drawBatch,
  eagerGradients,
  hasForm,
  MECHANISMS,
  maskOf,
  openWith,
  relativeDifference,
  toTensor,
} from "./model-case.ts";

describe.skipIf(!hasTensorFlow)("reversible layers, compiled", () => {
  let program: Program;
  beforeAll(() => tf.setBackend("cpu"));
  afterEach(() => program.close());

  const residual = "reversible";
  const cases = Object.keys(MECHANISMS).flatMap((name) =>
    DIRECTIONS.filter((direction) => hasForm(name, direction)).flatMap((direction) =>
      [false, true].map(
        (recompute) => [name as keyof typeof MECHANISMS, direction, recompute] as const,
      ),
    ),
  );
  test.each(cases)(
    "%s %s, session recomputes %s: every parameter's gradient equals eager's",
    async (name, direction, recompute) => {
      const model = createModel({ attention: MECHANISMS[name], direction, residual });
      const batch = drawBatch();
      const eager = eagerGradients(model, batch);
      program = await openWith(model, "float32", { recompute });
      const compiled = await compileLoss(program, model).gradients(batch, [0, 0]);
      expect(Object.keys(compiled)).toEqual(Object.keys(eager));
      for (const [parameter, expected] of Object.entries(eager)) {
        expect(relativeDifference(compiled[parameter], expected), parameter).toBeLessThan(1e-5);
      }
    },
  );

  test("dropout: what is computed back is dropped by the masks of the forward pass", async () => {
    const model = createModel({
      attention: MECHANISMS.softmax,
      direction: "causal",
      dropout: 0.3,
      residual,
    });
    const batch = drawBatch();
    const seed = [7, 8] as const;
    program = await openWith(model, "float32");
    const compiled = await compileLoss(program, model).gradients(batch, seed);

    const shapes = new Map<string, readonly number[]>();
    eagerGradients(model, batch, {
      dropoutKey: DROPOUT_KEY,
      dropoutMask: ({ shape }, _rate, key) => {
        shapes.set(key.join(), shape);
        return tf.ones(shape);
      },
    });
    const draw = compileForward(program, "draw", (_inputs, { uniform }) =>
      Object.fromEntries(
        Array.from(shapes, ([key, shape]) => {
          const [high = 0, low = 0] = key.split(",").map(Number);
          return [key, uniform(shape, { stream: [high, low] })];
        }),
      ),
    );
    const drawn = await draw({}, seed);
    const eager = eagerGradients(model, batch, {
      dropoutKey: DROPOUT_KEY,
      dropoutMask: (_x, rate, key) => maskOf(toTensor(drawn[key.join()] as HostTensor), rate),
    });
    // of the embedding, and of two branches in each of two layers
    expect(shapes.size).toBe(5);
    for (const [parameter, expected] of Object.entries(eager)) {
      expect(relativeDifference(compiled[parameter], expected), parameter).toBeLessThan(1e-5);
    }
  });

  test("deeper layers add nothing to what the backward pass reads of the forward pass", async () => {
    const readBack = async (kind: "ordinary" | "reversible", numLayers: number) => {
      const model = createModel({
        attention: MECHANISMS.relu,
        direction: "causal",
        dropout: 0.1,
        residual: kind,
        numLayers,
      });
      program = await openWith(model, "float32");
      const text = await compileLoss(program, model).describe(drawBatch());
      await program.close();
      const lines = text.split("\n");
      const states = lines.filter((line) => /^layers\/.* → float32/.test(line));
      const read = lines
        .filter((line) => line.startsWith("gradients/"))
        .flatMap((line) => /\((.*?)\)/.exec(line)?.[1]?.split(", ") ?? []);
      const names = new Set(states.map((line) => line.split(" ")[0]));
      return new Set(read.filter((name) => names.has(name))).size;
    };
    expect(await readBack("reversible", 4)).toBe(await readBack("reversible", 2));
    expect(await readBack("ordinary", 4)).toBeGreaterThan(await readBack("ordinary", 2));
    program = openProgram({ libraries });
  });
});
