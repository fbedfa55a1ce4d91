/** POST /v1/attention: maps of chosen layers and heads, whole, as a block of a long matrix, or made smaller. */
import { z } from "zod";
import { answeredBy, ModelChoice, ResidueRange, SequenceInput } from "./common.ts";

const chosen = (what: string) =>
  z
    .array(z.int().min(0).max(255))
    .min(1)
    .max(256)
    .optional()
    .meta({ description: `${what}, 0-based, in the order wanted; all without` });

/**
 * "model": the weights that the layer uses. "softmax": exp(q·k/√D) over all keys, of the same queries and
 * keys; softmax features approximate it, other kernels do not.
 */
export const AttentionWeights = z.enum(["model", "softmax"]);
export type AttentionWeights = z.infer<typeof AttentionWeights>;

export const AttentionRequest = z
  .strictObject({
    sequence: SequenceInput.optional(),
    accession: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({
        description: "accession or entry name of a bundled protein",
        examples: ["P00974"],
      }),
    model: ModelChoice.optional(),
    layers: chosen("layers"),
    heads: chosen("heads of each layer"),
    block: z
      .strictObject({ rows: ResidueRange, columns: ResidueRange })
      .optional()
      .meta({ description: "the part of each map that is wanted; all without" }),
    weights: AttentionWeights.optional().meta({
      description:
        "the weights that the layers use (`model`, as without), or exact softmax of the same queries and keys",
    }),
    maxSize: z.int().min(1).max(4096).optional().meta({
      description: "cells a side at most: a larger map is made smaller by means of areas",
    }),
  })
  .refine((body) => (body.sequence === undefined) !== (body.accession === undefined), {
    message: "give either sequence or accession",
  })
  .meta({ id: "AttentionRequest", description: "either `sequence` or `accession`" });
export type AttentionRequest = z.infer<typeof AttentionRequest>;

/**
 * What a side of the maps shows: residues from to to, the end not included, in so many cells. Cell i
 * covers the residues from + ⌊i · n / cells⌋ up to from + ⌊(i + 1) · n / cells⌋ of the n = to - from.
 */
export const MapSide = z.object({ from: z.int(), to: z.int(), cells: z.int() });
export type MapSide = z.infer<typeof MapSide>;

export const AttentionResponse = z
  .object({
    ...answeredBy,
    accession: z.string(),
    /** One letter a residue, of the whole sequence. */
    sequence: z.string(),
    /** Of the model. */
    numLayers: z.int(),
    numHeads: z.int(),
    /** Which of them `maps` holds. */
    layers: z.array(z.int()),
    heads: z.array(z.int()),
    weights: AttentionWeights,
    rows: MapSide,
    columns: MapSide,
    /**
     * [layers][heads] row-major, rows.cells × columns.cells: what residue i of the rows pays to residue
     * j of the columns, specials dropped and not renormalised; a cell of several is their mean.
     */
    maps: z.array(z.array(z.array(z.number()))),
  })
  .meta({ id: "AttentionResponse" });
export type AttentionResponse = z.infer<typeof AttentionResponse>;
