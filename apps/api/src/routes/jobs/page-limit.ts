/** How many entries of a list one answer holds. */
import { ProblemError } from "../../problem.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** @throws {ProblemError} "invalid-request" where the text is no number from 1 to the limit. */
export function readPageLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ProblemError("invalid-request", {
    detail: `expected a number from 1 to ${MAX_LIMIT}; follow next for more`,
    field: "limit",
    limit: MAX_LIMIT,
  });
}
