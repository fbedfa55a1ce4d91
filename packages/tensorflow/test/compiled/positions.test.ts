/** Rotary positions and token shift in a compiled graph: the gradients are eager's. */
import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Precision, type Program, supportsBfloat16 } from "../../src/compiled.ts";
import { hasTensorFlow } from "./libraries.ts";
import {
  compileLoss,
  createModel,
  DIRECTIONS,
  drawBatch,
  eagerGradients,
  MECHANISMS,
  openWith,
  relativeDifference,
  relativeNorm,
} from "./model-case.ts";

/**
 * float32: of the largest entry; bf16: by norm, for the reasons that performer.test.ts gives. Its bound of
 * 0.15 is for one rounding before the ReLU of the features; turning a query rounds it twice more (the
 * products and their sum), and 0.157 was seen. A sum that is lost in bfloat16 is off by a half and more.
 */
const CASES = [
  { precision: "float32", distance: relativeDifference, tolerance: 1e-5 },
  { precision: "bf16", distance: relativeNorm, tolerance: 0.2 },
] as const;
// TensorFlow's rewriter leaves a graph in float32 on processors without AVX-512
const runnable = CASES.filter(({ precision }) => precision === "float32" || supportsBfloat16());

describe.skipIf(!hasTensorFlow)("rotary positions and token shift, compiled", () => {
  let program: Program;
  beforeAll(() => tf.setBackend("cpu"));
  afterEach(() => program.close());

  test.each(
    runnable.flatMap((one) =>
      DIRECTIONS.flatMap((direction) =>
        (["ordinary", "reversible"] as const).map((residual) => ({ ...one, direction, residual })),
      ),
    ),
  )(
    "$direction $residual $precision: every parameter's gradient equals eager's",
    async ({ precision, distance, tolerance, direction, residual }) => {
      const model = createModel({
        attention: MECHANISMS.relu,
        positions: "rotary",
        tokenShift: true,
        direction,
        residual,
      });
      const batch = drawBatch();
      const eager = eagerGradients(model, batch);
      program = await openWith(model, precision satisfies Precision);
      const compiled = await compileLoss(program, model).gradients(batch, [0, 0]);
      expect(Object.keys(compiled)).toEqual(Object.keys(eager));
      for (const [name, expected] of Object.entries(eager)) {
        expect(distance(compiled[name], expected), name).toBeLessThan(tolerance);
      }
    },
  );
});
