/** Lends the model that a request asks for to a route, or answers that there is none. */
import type { ModelStore, ServedModel } from "./ports.ts";
import { ProblemError } from "./problem.ts";

/** A first checkpoint appears within about this time of a start of training. */
const RETRY_AFTER_SECONDS = 30;

/** @throws {ProblemError} "no-model", with Retry-After; "unknown-model" where none is called `asked`. */
export async function useModel<Result extends object>(
  models: ModelStore,
  job: (model: ServedModel) => Promise<Result>,
  asked: string | undefined,
): Promise<Result> {
  const result = await models.use(job, asked);
  if (result === "unknown") throw unknownModel("model");
  if (result !== undefined) return result;
  throw new ProblemError("no-model", {
    detail: "no checkpoint was found; train one with: npm run performer -- demo",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** @param field where the model was named. */
export const unknownModel = (field: string): ProblemError =>
  new ProblemError("unknown-model", {
    detail: "no model or run is called that; GET /v1/models lists them, or leave it out",
    field,
  });
