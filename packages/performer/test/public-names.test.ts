import * as performer from "@performer/performer";
import { expect, test } from "vitest";

test("the public names are these; a change here is a change of the interface", () => {
  expect(Object.keys(performer).toSorted()).toMatchInlineSnapshot(`
    [
      "applyModel",
      "applyStep",
      "attention",
      "attentionFeatures",
      "countParameters",
      "createFeatureMap",
      "crossEntropy",
      "decodeStep",
      "disposeDecoding",
      "disposeModel",
      "drawProjection",
      "drawProjections",
      "drawToken",
      "dropoutMask",
      "eagerDecoder",
      "flattenTree",
      "generateTokens",
      "initDecoding",
      "initModel",
      "parameterShapes",
      "positionVector",
      "prefill",
      "projectionShape",
      "tokenDistribution",
      "unflattenTree",
    ]
  `);
});
