/** A JSON body, checked against its schema; what does not fit is told by its JSON pointer. */
import type { Request } from "express";
import type { z } from "zod";
import { ProblemError } from "./problem.ts";

/**
 * @param example of a body that fits, for the message.
 * @throws {ProblemError} "unsupported-media-type" or "invalid-request", with the field.
 */
export function readBody<Schema extends z.ZodType>(
  request: Request<Record<string, string>>,
  schema: Schema,
  example: string,
): z.output<Schema> {
  const body: unknown = request.body;
  if (body === undefined) {
    throw new ProblemError("unsupported-media-type", {
      detail: "send a JSON body with the header Content-Type: application/json",
      field: "Content-Type",
    });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw misfit(parsed.error.issues[0], `expected a body such as ${example}`);
}

/** @param expected begins the message. */
function misfit(issue: z.core.$ZodIssue | undefined, expected: string): ProblemError {
  const path = (issue?.path ?? []).map(String);
  const limit = issue?.code === "too_big" ? Number(issue.maximum) : undefined;
  return new ProblemError("invalid-request", {
    detail: `${expected}; ${issue?.message ?? "got something else"}`,
    field: path.length === 0 ? "body" : `/${path.join("/")}`,
    ...(limit !== undefined && { limit }),
  });
}
