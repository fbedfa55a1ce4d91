import * as performer from "@performer/performer";
import { expect, test } from "vitest";

test("the public names are these; a change here is a change of the interface", () => {
  expect(Object.keys(performer).toSorted()).toMatchInlineSnapshot(`
    [
      "applyModel",
      "attention",
      "attentionFeatures",
      "countParameters",
      "createFeatureMap",
      "crossEntropy",
      "disposeModel",
      "drawProjection",
      "drawProjections",
      "dropoutMask",
      "flattenTree",
      "initModel",
      "parameterShapes",
      "projectionShape",
      "unflattenTree",
    ]
  `);
});
