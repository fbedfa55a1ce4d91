import * as performer from "@performer/performer";
import { expect, test } from "vitest";

test("the public names are these; a change here is a change of the interface", () => {
  expect(Object.keys(performer).toSorted()).toMatchInlineSnapshot(`
    [
      "addToSummary",
      "applyModel",
      "attention",
      "attentionFeatures",
      "countParameters",
      "createFeatureMap",
      "createSoftmaxSummary",
      "crossEntropy",
      "disposeModel",
      "disposeSummary",
      "drawProjection",
      "drawProjections",
      "dropoutMask",
      "flattenTree",
      "generalizedFeatureMap",
      "generateTokens",
      "holdFromZero",
      "initDecoding",
      "initModel",
      "parameterShapes",
      "projectionShape",
      "querySummary",
      "tokenDistribution",
      "transferModel",
      "unflattenTree",
    ]
  `);
});
