/** Lends the newest model to a route, or answers that there is none yet. */

import type { ModelStore, ServedModel } from "./ports.ts";
import { ProblemError } from "./problem.ts";

/** A first checkpoint appears within about this time of a start of training. */
const RETRY_AFTER_SECONDS = 30;

/** @throws {ProblemError} "no-model", with Retry-After. */
export async function useModel<Result extends object>(
  models: ModelStore,
  job: (model: ServedModel) => Promise<Result>,
): Promise<Result> {
  const result = await models.use(job);
  if (result !== undefined) return result;
  throw new ProblemError("no-model", {
    detail: "no checkpoint was found; train one with: npm run performer -- demo",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
