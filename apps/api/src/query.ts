/** Query parameters, read strictly: an unknown or repeated name is refused, never passed over. */
import type { Request } from "express";
import { ProblemError } from "./problem.ts";

/**
 * The values of `names` in the query of `request`; a name that is absent is left out.
 * @throws {ProblemError} "invalid-request" naming the parameter.
 */
export function readQuery<Name extends string>(
  request: Request,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  for (const [field, value] of Object.entries(request.query)) {
    const name = names.find((known) => known === field);
    if (name === undefined) {
      throw new ProblemError("invalid-request", {
        detail: `unknown query parameter; this address takes ${names.join(", ") || "none"}`,
        field,
      });
    }
    if (typeof value !== "string") {
      throw new ProblemError("invalid-request", { detail: "give this parameter once", field });
    }
    values[name] = value;
  }
  return values;
}
