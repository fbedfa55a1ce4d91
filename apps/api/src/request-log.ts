/**
 * One log line a request: id, method, path, status, milliseconds. Queries and bodies stay out of the
 * log, because sequences may be confidential. The id goes to the client as X-Request-Id.
 */
import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Logger } from "pino";

export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const { method, path } = request;
    response.set("X-Request-Id", requestId);
    response.locals["requestId"] = requestId;
    response.on("close", () => {
      const ms = Math.round(performance.now() - startedAt);
      const line = { requestId, method, path, status: response.statusCode, ms };
      if (response.writableFinished) logger.info(line, "request");
      else logger.info(line, "request: the client left");
    });
    next();
  };
}
