/**
 * What an experiment leaves behind, docs/experiments/NAME.json: the result, and the figures and tables
 * made from it as data. A page of the docs and the dashboard draw the same figures from the same file,
 * and neither needs the code of the experiment.
 */
import { z } from "zod";

const scaleKinds = ["linear", "log2", "log10"] as const;

const common = {
  /** Part of the file's name where an experiment has several figures: NAME-ID.svg. */
  id: z.string().regex(/^[a-z0-9-]*$/),
  title: z.string().min(1),
  /** A sentence or two below the figure, plain text. */
  caption: z.string().optional(),
};

const linePoint = z.strictObject({
  x: z.number(),
  y: z.number(),
  /** Band around y, for instance a standard deviation each way. */
  low: z.number().optional(),
  high: z.number().optional(),
});

const linesFigure = z.strictObject({
  kind: z.literal("lines"),
  ...common,
  xTitle: z.string(),
  yTitle: z.string(),
  xScale: z.enum(scaleKinds).default("linear"),
  yScale: z.enum(scaleKinds).default("linear"),
  series: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        points: z.array(linePoint).min(1),
        /** Place in the palette; the place in the list without. */
        color: z.int().min(0).optional(),
        dashed: z.boolean().optional(),
        /** Why the line ends before the others: a cross stands at its end, "memory" beside its name. */
        ended: z.string().optional(),
      }),
    )
    .min(1),
  /** Levels to compare with, horizontal lines: a baseline. */
  references: z.array(z.strictObject({ name: z.string(), y: z.number() })).default([]),
});

const heatMapFigure = z.strictObject({
  kind: z.literal("heat-map"),
  ...common,
  rows: z.int().min(1),
  columns: z.int().min(1),
  /** Row-major, null = undefined. */
  values: z.array(z.number().nullable()),
  /** Name and unit of the values. */
  legendTitle: z.string(),
  /** Diverging: white at zero, symmetric. */
  colors: z.enum(["sequential", "diverging"]).default("sequential"),
  rowLabels: z.array(z.string()).optional(),
  columnLabels: z.array(z.string()).optional(),
  rowTitle: z.string().optional(),
  columnTitle: z.string().optional(),
});

const scatterFigure = z.strictObject({
  kind: z.literal("scatter"),
  ...common,
  xTitle: z.string(),
  yTitle: z.string(),
  points: z
    .array(
      z.strictObject({
        x: z.number(),
        y: z.number(),
        label: z.string(),
        marked: z.boolean().optional(),
      }),
    )
    .min(1),
});

/** Small maps in rows, a byte a cell, as text: attention maps, whose every digit would be megabytes. */
const mapsFigure = z.strictObject({
  kind: z.literal("maps"),
  ...common,
  /** Cells a side of each map. */
  side: z.int().min(1),
  rows: z
    .array(
      z.strictObject({
        label: z.string(),
        maps: z.array(z.strictObject({ caption: z.string(), bytes: z.base64() })).min(1),
      }),
    )
    .min(1),
});

export const ExperimentFigure = z.discriminatedUnion("kind", [
  linesFigure,
  heatMapFigure,
  scatterFigure,
  mapsFigure,
]);
export type ExperimentFigure = z.infer<typeof ExperimentFigure>;
export type ExperimentFigureInput = z.input<typeof ExperimentFigure>;

/** Cells are text: the experiment knows how its numbers read. */
export const ExperimentTable = z
  .strictObject({
    title: z.string(),
    columns: z.array(z.string()).min(1),
    rows: z.array(z.array(z.string())),
  })
  .refine(({ columns, rows }) => rows.every((row) => row.length === columns.length), {
    error: "every row needs one cell a column",
  });
export type ExperimentTable = z.infer<typeof ExperimentTable>;

/** A statement of the article, and whether the figures measured here bear it out. */
export const ExperimentClaim = z.strictObject({
  claim: z.string(),
  holds: z.boolean(),
  evidence: z.string(),
});
export type ExperimentClaim = z.infer<typeof ExperimentClaim>;

export const ExperimentReport = z.strictObject({
  /** Name of experiments/NAME.ts. */
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  question: z.string(),
  /** What a person types to get this file. */
  command: z.string(),
  /** Day of the run, UTC, YYYY-MM-DD. */
  date: z.iso.date(),
  machine: z.string(),
  /** false: stopped on the way; the command goes on from here. */
  complete: z.boolean(),
  parameters: z.record(z.string(), z.unknown()),
  /** Of the experiment's own schema. */
  result: z.unknown(),
  claims: z.array(ExperimentClaim),
  tables: z.array(ExperimentTable),
  figures: z.array(ExperimentFigure),
});
export type ExperimentReport = z.infer<typeof ExperimentReport>;
