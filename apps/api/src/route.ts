/** What a route is: one file under routes/ makes one, app.ts mounts it and describes it from the same record. */
import type { RequestHandler } from "express";
import type { ZodOpenApiOperationObject } from "zod-openapi";
import type { Metrics } from "./metrics.ts";
import type { Anchor, ModelStore, RunsReader } from "./ports.ts";
import type { RequestGate } from "./request-gate.ts";
import type { Deadlines } from "./request-signal.ts";
import type { CollectedAnswer } from "./send-pieces.ts";
import type { SerialQueue } from "./serial-queue.ts";
import type { SharedCache } from "./shared-cache.ts";

export interface Route {
  readonly method: "get" | "post" | "delete";
  /** As OpenAPI writes it: /v1/models/{id}. */
  readonly path: string;
  /** "none" of addresses that say nothing of models or runs: they are open, keys or not. */
  readonly access: "key" | "none";
  /** Under which heading the page of the API lists it. */
  readonly tag: "Model" | "Runs" | "Jobs" | "Server";
  /** Whether its body is an upload, which may take as long as it keeps coming. */
  readonly takesUpload?: true;
  readonly operation: ZodOpenApiOperationObject;
  readonly handlers: readonly RequestHandler<Record<string, string>>[];
}

/** What routes share. */
export interface RouteContext {
  readonly models: ModelStore;
  readonly runs: RunsReader;
  readonly anchors: readonly Anchor[];
  /** Name of the backend that computes, for /health. */
  readonly backend: string;
  /** Of requests whose sequences share batches. */
  readonly gate: RequestGate;
  /** Of requests that take the model for themselves. */
  readonly queue: SerialQueue;
  /** Of similarity, which takes long and pauses often: beside the queue it lets others through. */
  readonly slowQueue: SerialQueue;
  readonly cache: SharedCache<CollectedAnswer>;
  readonly metrics: Metrics;
  readonly deadlines: Deadlines;
  readonly streamLimit: number;
  /** Aborts when the server closes; ends the event streams. */
  readonly signal: AbortSignal;
  /** Whether the server is about to close. */
  readonly isDraining: () => boolean;
}
