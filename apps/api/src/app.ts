/**
 * The Express app, pure: everything it touches is handed in, nothing listens.
 * Adding a route is one file under routes/ and one line in the table below.
 */
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import { errorHandler, notFound } from "./error-handler.ts";
import {
  BODY_LIMIT_BYTES,
  CACHE_LIMIT_BYTES,
  QUEUE_LIMIT,
  SLOW_QUEUE_LIMIT,
  STREAM_LIMIT,
} from "./limits.ts";
import type { Anchor, ModelStore, RunsReader } from "./ports.ts";
import { ProblemError } from "./problem.ts";
import { requestLog } from "./request-log.ts";
import { attentionRoute } from "./routes/attention.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { embeddingsRoute } from "./routes/embeddings.ts";
import { healthRoute } from "./routes/health.ts";
import { modelsRoute } from "./routes/models.ts";
import { runEventsRoute } from "./routes/run-events.ts";
import { runsRoute } from "./routes/runs.ts";
import { similarityRoute } from "./routes/similarity.ts";
import { securityHeaders } from "./security-headers.ts";
import { SerialQueue } from "./serial-queue.ts";
import { SharedCache } from "./shared-cache.ts";

export interface AppDependencies {
  readonly models: ModelStore;
  readonly runs: RunsReader;
  /** Sequences that /api/attention knows by accession or name. */
  readonly anchors: readonly Anchor[];
  /** Name of the tfjs backend, for /health. */
  readonly backend: string;
  readonly logger: Logger;
  /** Aborts when the server closes; ends the event streams. */
  readonly signal: AbortSignal;
  /** Build output of apps/dashboard. */
  readonly dashboardDirectory?: string;
  /** Jobs that may wait for the model. */
  readonly queueLimit?: number;
  readonly streamLimit?: number;
}

export function createApp(dependencies: AppDependencies): Express {
  const { models, runs, anchors, backend, logger, signal, dashboardDirectory } = dependencies;
  const queue = new SerialQueue(dependencies.queueLimit ?? QUEUE_LIMIT);
  // similarity takes long, but pauses after each sequence: beside the queue it lets others through
  const slowQueue = new SerialQueue(SLOW_QUEUE_LIMIT);
  const cache = new SharedCache(CACHE_LIMIT_BYTES);
  const streamLimit = dependencies.streamLimit ?? STREAM_LIMIT;

  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.use(requestLog(logger), securityHeaders());

  // what a path gives changes with the runs: browsers ask again, and get 304 where it is the same
  app.use("/v1", (_request, response, next) => {
    response.set("Cache-Control", "no-cache");
    next();
  });

  app.route("/health").get(healthRoute(models, backend)).all(only("GET, HEAD"));
  app.route("/v1/models").get(modelsRoute(models)).all(only("GET, HEAD"));
  app.route("/v1/runs").get(runsRoute(runs)).all(only("GET, HEAD"));
  app
    .route("/v1/runs/:id/events")
    .head(only("GET"))
    .get(runEventsRoute(runs, { streamLimit, signal }))
    .all(only("GET"));
  app
    .route("/v1/embeddings")
    .post(express.json({ limit: BODY_LIMIT_BYTES }), embeddingsRoute(models, queue))
    .all(only("POST"));
  app
    .route("/v1/attention")
    .get(attentionRoute({ models, anchors, queue, cache }))
    .all(only("GET, HEAD"));
  app
    .route("/v1/similarity")
    .get(similarityRoute(models, slowQueue, cache))
    .all(only("GET, HEAD"));

  app.use(dashboardRoutes(dashboardDirectory));
  app.use(notFound, errorHandler(logger, BODY_LIMIT_BYTES));
  return app;
}

/** Answers every method that a route did not take. */
function only(allow: string): RequestHandler {
  return () => {
    throw new ProblemError("method-not-allowed", { detail: `use ${allow}`, allow });
  };
}
