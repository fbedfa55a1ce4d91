import * as performer from "@performer/performer";
import { expect, test } from "vitest";

test("the public names are these; a change here is a change of the interface", () => {
  expect(Object.keys(performer).toSorted()).toMatchInlineSnapshot(`
    [
      "addToSummary",
      "applyModel",
      "applyStep",
      "attention",
      "attentionFeatures",
      "countParameters",
      "createFeatureMap",
      "createSoftmaxSummary",
      "crossEntropy",
      "decodeStep",
      "disposeDecoding",
      "disposeModel",
      "disposeSummary",
      "drawProjection",
      "drawProjections",
      "drawToken",
      "dropoutMask",
      "eagerDecoder",
      "flattenTree",
      "generalizedFeatureMap",
      "generateTokens",
      "holdFromZero",
      "initDecoding",
      "initModel",
      "isTrained",
      "parameterShapes",
      "positionVector",
      "prefill",
      "projectionShape",
      "querySummary",
      "tokenDistribution",
      "transferModel",
      "unflattenTree",
    ]
  `);
});
