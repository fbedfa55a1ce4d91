/**
 * The last middleware: whatever was thrown becomes a problem document.
 * Faults of the request are told in full, faults of the server only to the log.
 */
import { StoreError } from "@performer/store";
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Logger } from "pino";
import { ProblemError, sendProblem } from "./problem.ts";

/** Answers what no route took. */
export const notFound: RequestHandler = (request) => {
  throw new ProblemError("not-found", {
    detail: `nothing answers ${request.method} at this address; see /docs for the list`,
  });
};

export function errorHandler(logger: Logger, bodyLimitBytes: number): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (response.destroyed) return;
    const problem = asProblem(error, bodyLimitBytes);
    const requestId: unknown = response.locals["requestId"];
    if (response.headersSent) {
      logger.warn({ requestId, err: error }, "an answer was cut");
      // past the first byte only cutting the connection tells the client that the answer is broken
      response.destroy();
      return;
    }
    if (problem.status === 500) logger.error({ requestId, err: error }, "request failed");
    sendProblem(response, problem);
  };
}

/** Body-parser and send mark their errors with `type` and `status` (package http-errors). */
function asProblem(error: unknown, bodyLimitBytes: number): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreError) return storeProblem(error);
  const { type, status } = error as { type?: unknown; status?: unknown };
  switch (type) {
    case "entity.too.large":
      return new ProblemError("body-too-large", {
        detail: `the body may have at most ${bodyLimitBytes} bytes; send fewer sequences a request`,
        field: "body",
        limit: bodyLimitBytes,
      });
    case "entity.parse.failed":
      return new ProblemError("malformed-json", {
        detail: 'the body must be a JSON object such as {"sequence": "MKTAYIAK"}',
        field: "body",
      });
    case "charset.unsupported":
    case "encoding.unsupported":
      return new ProblemError("unsupported-media-type", {
        detail: "send the body as UTF-8, plain or compressed with gzip, deflate or br",
        field: "body",
      });
  }
  if (status === 404 || status === 403) {
    return new ProblemError("not-found", { detail: "there is no such file" });
  }
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new ProblemError("invalid-request", {
      detail: "the request could not be read; check its address, headers and body",
    });
  }
  return internalError();
}

const internalError = () =>
  new ProblemError("internal-error", {
    detail: "the fault is the server's and is written in its log under the X-Request-Id",
  });

/** A commit of another process takes milliseconds; one that holds the store longer was told so. */
const STORE_RETRY_SECONDS = 5;

function storeProblem(error: StoreError): ProblemError {
  switch (error.kind) {
    case "locked":
      return new ProblemError("store-locked", {
        detail: `another process holds the experiment store; nothing was changed, try again in ${STORE_RETRY_SECONDS} seconds`,
        retryAfterSeconds: STORE_RETRY_SECONDS,
      });
    case "full":
      return new ProblemError("disk-full", {
        detail:
          "the server's disk takes no more bytes; nothing was changed: free some (DELETE /v1/jobs/:id removes a job with its files), then try again",
      });
    case "conflict":
    case "damaged":
    case "failed":
    case "newer":
      return internalError();
    default:
      return error.kind satisfies never;
  }
}
