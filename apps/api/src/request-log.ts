/**
 * One log line a request: id, method, path, status, milliseconds. Queries and bodies stay out of the
 * log, because sequences may be confidential. The id is the client's X-Request-Id where it sent a fit
 * one, so that its log and this one can be laid side by side, and goes back with the answer.
 */
import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Logger } from "pino";

/** Nothing that could break a line or a terminal. */
const FIT_ID = /^[\w.:-]{1,128}$/;

export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const sent = request.get("X-Request-Id");
    const requestId = sent !== undefined && FIT_ID.test(sent) ? sent : randomUUID();
    const { method, path } = request;
    response.set("X-Request-Id", requestId);
    response.locals["requestId"] = requestId;
    response.on("close", () => {
      const ms = Math.round(performance.now() - startedAt);
      const line = { requestId, method, path, status: response.statusCode, ms };
      if (response.writableFinished) logger.info(line, "request");
      else logger.info(line, "request: the answer was cut, or the client left");
    });
    next();
  };
}
