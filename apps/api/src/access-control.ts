/** Who gets in: the API key of a request where keys are needed, and how many requests a client may send. */
import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { KeyRing } from "./api-keys.ts";
import { ProblemError } from "./problem.ts";

/** Lets a request through that carries a key of the ring, as "Authorization: Bearer KEY". */
export function requireKey(ring: KeyRing): RequestHandler {
  return async (request, response, next) => {
    const [, presented] = /^Bearer +(\S+)$/i.exec(request.get("Authorization") ?? "") ?? [];
    const key = presented === undefined ? undefined : await ring.find(presented);
    if (key === undefined) {
      throw new ProblemError("unauthorized", {
        detail: "send a key of this server as Authorization: Bearer KEY",
        field: "Authorization",
      });
    }
    response.locals["keyId"] = key.id;
    next();
  };
}

const WINDOW_MS = 60_000;

/** @param perMinute requests of one key, or of one address where none is needed. */
export function limitRate(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: (request, response) => {
      const keyId: unknown = response.locals["keyId"];
      return typeof keyId === "string" ? `key ${keyId}` : ipKeyGenerator(request.ip ?? "unknown");
    },
    handler: (_request, _response, next) => {
      const retryAfterSeconds = WINDOW_MS / 1000;
      const detail = `expected at most ${perMinute} requests a minute; wait, or send several sequences a request`;
      next(new ProblemError("rate-limited", { detail, limit: perMinute, retryAfterSeconds }));
    },
  });
}
