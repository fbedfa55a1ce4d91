/**
 * Pages of other origins, off by default. Those that are allowed are named exactly: a browser then lets
 * their scripts read answers. No cookies are involved, so none are allowed.
 */
import type { RequestHandler } from "express";
import { DEADLINE_HEADER } from "./request-signal.ts";

const METHODS = "GET, HEAD, POST";
const REQUEST_HEADERS = ["Authorization", "Content-Type", DEADLINE_HEADER, "Last-Event-ID"].join(
  ", ",
);
const ANSWER_HEADERS = [
  ...["X-Request-Id", "X-Model", "X-Model-Fingerprint", "X-Layer", "X-Embedding-Size"],
  ...["X-Embedding-Include", "X-Embedding-Dtype", "X-Sequence-Lengths"],
  ...["X-Cost-Passes", "X-Cost-Residues", "Retry-After"],
].join(", ");
const PREFLIGHT_SECONDS = "600";

/** @param origins such as https://lab.example; none: no other origin reads anything. */
export function cors(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    if (origins.length === 0) return next();
    response.vary("Origin");
    const origin = request.get("Origin");
    if (origin === undefined || !origins.includes(origin)) return next();
    response.set("Access-Control-Allow-Origin", origin);
    response.set("Access-Control-Expose-Headers", ANSWER_HEADERS);
    // helmet's default would keep the answer from them all the same
    response.set("Cross-Origin-Resource-Policy", "cross-origin");
    if (request.method !== "OPTIONS") return next();
    response.set({
      "Access-Control-Allow-Methods": METHODS,
      "Access-Control-Allow-Headers": REQUEST_HEADERS,
      "Access-Control-Max-Age": PREFLIGHT_SECONDS,
    });
    response.status(204).end();
  };
}
