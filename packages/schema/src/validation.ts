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
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new SchemaError(
    subject,
    result.error.issues.map((issue) => ({
      field: issue.path.map(String).join("."),
      message: issue.message,
    })),
  );
}
