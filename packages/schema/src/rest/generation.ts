/** POST /v1/generate: sequences drawn from a causal model, as a stream of lines. */
import { z } from "zod";
import { EndLine, ModelChoice, ModelLine } from "./common.ts";

export const GenerateRequest = z
  .strictObject({
    model: ModelChoice.optional(),
    prompt: z
      .string()
      .default("")
      .meta({ description: "residues that every sequence begins with" }),
    count: z.int().min(1).max(64).default(1),
    maxLength: z
      .int()
      .min(1)
      .max(1_048_576)
      .optional()
      .meta({ description: "residues at most, the prompt included; what the model takes without" }),
    temperature: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .meta({ description: "below 1 sharpens, 0 takes the likeliest residue" }),
    topK: z.int().min(1).max(1024).optional(),
    topP: z.number().gt(0).max(1).optional(),
    seed: z
      .int()
      .min(0)
      .max(0x7fffffff)
      .default(0)
      .meta({ description: "the same seed gives the same sequences" }),
  })
  .meta({ id: "GenerateRequest" });
export type GenerateRequest = z.infer<typeof GenerateRequest>;

/** A line of the answer: the model, progress from time to time, each sequence once it has ended, the end. */
export const GenerationLine = z
  .discriminatedUnion("type", [
    ModelLine,
    z.object({
      type: z.literal("progress"),
      /** Residues drawn so far, over all sequences. */
      drawn: z.int(),
    }),
    z.object({
      type: z.literal("sequence"),
      /** From 0, in order. */
      index: z.int(),
      /** Prompt and drawn residues. */
      sequence: z.string(),
      endedBy: z.enum(["model", "max-length"]),
    }),
    EndLine,
  ])
  .meta({ id: "GenerationLine" });
export type GenerationLine = z.infer<typeof GenerationLine>;
