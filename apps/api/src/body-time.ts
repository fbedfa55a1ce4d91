/**
 * How long the body of a request may take. Node has one limit for all requests; here the upload of a
 * bulk job, which may rightly take hours, must only keep coming, and every other body has its time.
 */
import type { Request, RequestHandler, Response } from "express";
import { ProblemError, sendProblem } from "./problem.ts";

export interface BodyTimes {
  /** For all of a body that is no upload. */
  readonly wholeMs: number;
  /** In which no byte of an upload comes. */
  readonly pauseMs: number;
}

export const DEFAULT_BODY_TIMES: BodyTimes = { wholeMs: 30_000, pauseMs: 60_000 };

/** Answers those that are late with 408, and closes their connection. */
export function limitBodyTime(
  isUpload: (request: Request) => boolean,
  { wholeMs, pauseMs }: BodyTimes,
): RequestHandler {
  return (request, response, next) => {
    const stop = isUpload(request)
      ? watchPauses(request, pauseMs, () => cut(request, response, pauseMs))
      : watchWhole(wholeMs, () => cut(request, response, wholeMs));
    // of a request: its body is through, read or dropped
    request.once("close", stop);
    next();
  };
}

function watchWhole(ms: number, onLate: () => void): () => void {
  const timer = setTimeout(onLate, ms);
  return () => clearTimeout(timer);
}

/** By the bytes of the connection: a listener on the body would set it flowing. */
function watchPauses({ socket }: Request, ms: number, onPause: () => void): () => void {
  let read = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead > read) read = socket.bytesRead;
    else onPause();
  }, ms);
  return () => clearInterval(timer);
}

function cut(request: Request, response: Response, limit: number): void {
  if (request.complete) return; // all of it is here, and only not read yet
  const { socket } = request;
  // Node does so only before the answer is out: whoever reads the body would wait for ever
  socket.once("close", () => request.destroy());
  if (response.headersSent) {
    socket.destroy();
    return;
  }
  response.set("Connection", "close");
  response.once("finish", () => socket.destroySoon());
  sendProblem(
    response,
    new ProblemError("body-too-slow", {
      detail: `waited ${limit} ms for the rest of the body; send it again, compressed or in parts where the line is slow`,
      field: "body",
      limit,
    }),
  );
}
