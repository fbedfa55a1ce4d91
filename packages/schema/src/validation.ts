/** Turns a failed parse into an error that names each field, the value's fault and the remedy. */
import type { z } from "zod";

export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly issues: readonly { readonly field: string; readonly message: string }[];

  constructor(subject: string, issues: readonly { field: string; message: string }[]) {
    super(`${subject}: ${issues.map((i) => `${i.field || "(root)"}: ${i.message}`).join("; ")}`);
    this.issues = issues;
  }
}

/**
 * Parses `input` with `schema`.
 * @param subject names the thing in the error, for instance "configs/demo.json".
 * @throws {SchemaError} naming every field that failed.
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  subject: string,
): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new SchemaError(
    subject,
    result.error.issues.map((issue) => ({
      field: issue.path.map(String).join("."),
      message: `${issue.message}${refusedValue(issue)}`,
    })),
  );
}

/** ", got VALUE", where zod's own message says what it wanted and not what it was given. */
function refusedValue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
    case "too_big":
    case "not_multiple_of":
    case "invalid_format":
    case "invalid_value":
      return got(issue.input);
    case "invalid_union": {
      const { discriminator, input } = issue;
      if (discriminator === undefined || typeof input !== "object" || input === null) return "";
      return got((input as Record<string, unknown>)[discriminator]);
    }
    default:
      return "";
  }
}

/** A list or a whole sequence would bury the message. */
function got(value: unknown): string {
  if (typeof value === "object" && value !== null) return "";
  const text = JSON.stringify(value) ?? "nothing";
  return `, got ${text.length > 40 ? `${text.slice(0, 40)} …` : text}`;
}
