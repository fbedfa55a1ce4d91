/** Pieces of the OpenAPI document that many operations share. */
import { Problem } from "@performer/schema";
import { z } from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { MAX_DEADLINE_MS } from "../limits.ts";
import { KINDS, type ProblemKind } from "../problem.ts";
import { DEADLINE_HEADER } from "../request-signal.ts";

export const json = (schema: z.ZodType, description: string): ZodOpenApiResponseObject => ({
  description,
  content: { "application/json": { schema } },
});

/** Responses by status of the kinds of problem that an operation may answer with. */
export function problems(
  ...kinds: readonly ProblemKind[]
): Record<string, ZodOpenApiResponseObject> {
  const everywhere: readonly ProblemKind[] = [
    "invalid-request",
    "unauthorized",
    "unknown-host",
    "body-too-slow",
    "rate-limited",
    "internal-error",
  ];
  const byStatus = new Map<number, string[]>();
  for (const kind of new Set([...everywhere, ...kinds])) {
    const [status, title] = KINDS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${kind}: ${title}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      String(status),
      {
        description: lines.join("; "),
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  );
}

/** Of every question to a model. */
export const MODEL_PROBLEMS = [
  "malformed-json",
  "unknown-model",
  "not-acceptable",
  "body-too-large",
  "unsupported-media-type",
  "empty-sequence",
  "not-a-protein",
  "sequence-too-long",
  "answer-too-large",
  "busy",
  "no-model",
  "deadline-exceeded",
] as const satisfies readonly ProblemKind[];

export const deadlineHeader = z.object({
  [DEADLINE_HEADER]: z
    .int()
    .min(1)
    .max(MAX_DEADLINE_MS)
    .optional()
    .meta({ description: "milliseconds after which the client has no use for an answer" }),
});

/** A stream of lines, each of which fits `line`. */
export const lines = (line: z.ZodType): z.ZodType =>
  z.string().meta({
    description: `JSON values, one a line; each fits #/components/schemas/${line.meta()?.id}`,
  });

export const bytes = (description: string): z.ZodType =>
  z.any().meta({ description, override: { type: "string", contentEncoding: "binary" } });
