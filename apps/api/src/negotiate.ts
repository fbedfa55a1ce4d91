/** Content negotiation: the format of an answer by the Accept header. */
import type { Request } from "express";
import { ProblemError } from "./problem.ts";

/**
 * The format that the client likes best; the first one where it takes any.
 * @param formats by media type, in the order of the server's preference.
 * @throws {ProblemError} "not-acceptable", with the types that there are.
 */
export function negotiate<Format extends string>(
  request: Request<Record<string, string>>,
  formats: Readonly<Record<string, Format>>,
): { readonly type: string; readonly format: Format } {
  const types = Object.keys(formats);
  const type = request.accepts(types);
  if (type === false) {
    throw new ProblemError("not-acceptable", {
      detail: `expected Accept to name one of ${types.join(", ")}`,
      field: "Accept",
    });
  }
  return { type, format: formats[type] as Format };
}
