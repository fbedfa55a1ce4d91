/**
 * Which names a server answers to. A page of another site can make a name of its own mean this machine (DNS
 * rebinding) and then read a server that listens on loopback alone; its name stands in the Host header.
 */
import type { RequestHandler } from "express";
import { ProblemError } from "./problem.ts";

/** What this machine is called by itself, as `request.hostname` has it. */
export const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

export const isLoopback = (host: string): boolean =>
  LOOPBACK_NAMES.includes(host) || host === "::1";

/** Refuses a request that calls the server by another name; a port beside the name does not matter. */
export function requireKnownHost(names: readonly string[]): RequestHandler {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return (request, _response, next) => {
    if (known.has(request.hostname?.toLowerCase() ?? "")) return next();
    throw new ProblemError("unknown-host", {
      detail:
        "call the server by the address that it printed, or start it with --allow-host NAME for the name that you use",
      field: "Host",
    });
  };
}
