/** What the experiment measures; the JSON file holds it. */
import { SimilarityResponse } from "@performer/schema";
import { z } from "zod";

const comparison = SimilarityResponse.omit({ model: true, fingerprint: true });

export const SimilarityResult = z.strictObject({
  model: z.string(),
  step: z.int(),
  sequences: z.string(),
  /** Of the trained model, one for each weight of edges. */
  trained: z.array(comparison),
  /** The same shape with fresh weights, "flat" edges, one for each seed. */
  untrained: z.array(z.strictObject({ seed: z.int(), ...comparison.shape })),
});
export type SimilarityResult = z.infer<typeof SimilarityResult>;
