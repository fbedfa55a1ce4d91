/** Query parameters, read strictly: an unknown or repeated name is refused, never passed over. */
import type { Request } from "express";
import { z } from "zod";
import { ProblemError } from "./problem.ts";

/** Of addresses that take none. */
export const NO_QUERY = z.strictObject({});

/**
 * The query of `request` as `schema` has it.
 * @param schema of strings; whole numbers are read from text where the field's schema wants one.
 * @throws {ProblemError} "invalid-request" naming the parameter.
 */
export function readQuery<Shape extends z.ZodRawShape>(
  request: Request<Record<string, string>>,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const names = Object.keys(schema.shape);
  const values: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(request.query)) {
    if (!names.includes(field)) {
      throw new ProblemError("invalid-request", {
        detail: `unknown query parameter; this address takes ${names.join(", ") || "none"}`,
        field,
      });
    }
    if (typeof value !== "string") {
      throw new ProblemError("invalid-request", { detail: "give this parameter once", field });
    }
    values[field] = isNumber(schema.shape[field]) && /^-?\d+$/.test(value) ? Number(value) : value;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProblemError("invalid-request", {
    detail: issue?.message ?? "the query does not fit the contract",
    field: String(issue?.path[0] ?? "query"),
  });
}

function isNumber(schema: unknown): boolean {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  const inner = isWrapped ? schema.unwrap() : schema;
  return inner instanceof z.ZodNumber;
}
