/**
 * The Express app, pure: everything it touches is handed in, nothing listens.
 * Adding a route is one file under routes/ and one line in the table below; the OpenAPI document is made
 * from the same table.
 */
import express, { type Express, type Request, type RequestHandler } from "express";
import type { Logger } from "pino";
import { limitRate, requireKey } from "./access-control.ts";
import type { KeyRing } from "./api-keys.ts";
import { type BodyTimes, DEFAULT_BODY_TIMES, limitBodyTime } from "./body-time.ts";
import { cors } from "./cors.ts";
import { errorHandler, notFound } from "./error-handler.ts";
import type { Experiments } from "./experiment-store.ts";
import { requireKnownHost } from "./known-hosts.ts";
import {
  BATCHED_LIMIT,
  BATCHED_LIMIT_RESIDUES,
  BODY_LIMIT_BYTES,
  CACHE_LIMIT_BYTES,
  DEFAULT_DEADLINE_MS,
  MAX_DEADLINE_MS,
  QUEUE_LIMIT,
  SLOW_QUEUE_LIMIT,
  STREAM_LIMIT,
} from "./limits.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { describeRoutes } from "./openapi/document.ts";
import type { Anchor, ModelStore, RunsReader } from "./ports.ts";
import { ProblemError } from "./problem.ts";
import { RequestGate } from "./request-gate.ts";
import { requestLog } from "./request-log.ts";
import type { Route, RouteContext } from "./route.ts";
import { attentionRoute } from "./routes/attention.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { documentationRoutes } from "./routes/documentation.ts";
import { embeddingsRoute } from "./routes/embeddings.ts";
import { generateRoute } from "./routes/generate.ts";
import { healthRoute } from "./routes/health.ts";
import { jobRoute, removeJobRoute } from "./routes/jobs/job.ts";
import { jobItemsRoute } from "./routes/jobs/job-items.ts";
import { jobResultRoute } from "./routes/jobs/job-result.ts";
import { listJobsRoute } from "./routes/jobs/list-jobs.ts";
import { sendJobRoute } from "./routes/jobs/send-job.ts";
import { logitsRoute } from "./routes/logits.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { modelRoute } from "./routes/model.ts";
import { modelsRoute } from "./routes/models.ts";
import { mutationsRoute } from "./routes/mutations.ts";
import { readyRoute } from "./routes/ready.ts";
import { runEventsRoute } from "./routes/run-events.ts";
import { runMetricsRoute } from "./routes/run-metrics.ts";
import { runsRoute } from "./routes/runs.ts";
import { similarityRoute } from "./routes/similarity.ts";
import { securityHeaders } from "./security-headers.ts";
import { SerialQueue } from "./serial-queue.ts";
import { SharedCache } from "./shared-cache.ts";

const ROUTES: readonly ((context: RouteContext) => Route)[] = [
  embeddingsRoute,
  attentionRoute,
  logitsRoute,
  mutationsRoute,
  generateRoute,
  similarityRoute,
  modelsRoute,
  modelRoute,
  runsRoute,
  runEventsRoute,
  healthRoute,
  readyRoute,
  metricsRoute,
];

/** Of the experiment store. */
const STORE_ROUTES: readonly ((experiments: Pick<Experiments, "jobs" | "curves">) => Route)[] = [
  runMetricsRoute,
  listJobsRoute,
  sendJobRoute,
  jobRoute,
  removeJobRoute,
  jobItemsRoute,
  jobResultRoute,
];

export interface AppDependencies {
  readonly models: ModelStore;
  readonly runs: RunsReader;
  /** Bulk jobs and curves of runs; without them the app has no such addresses. */
  readonly experiments?: Pick<Experiments, "jobs" | "curves">;
  /** Sequences that /v1/attention knows by accession or name. */
  readonly anchors: readonly Anchor[];
  /** Name of the backend that computes, for /health. */
  readonly backend: string;
  readonly logger: Logger;
  /** Aborts when the server closes; ends the event streams. */
  readonly signal: AbortSignal;
  /** Of the software, for the OpenAPI document. */
  readonly version: string;
  /** Whether the server is about to close; never without. */
  readonly isDraining?: () => boolean;
  /** Build output of apps/dashboard. */
  readonly dashboardDirectory?: string;
  /** Keys that requests must carry; none are needed without. */
  readonly keys?: KeyRing;
  /** Names that the server goes by; any without. */
  readonly hosts?: readonly string[];
  /** Requests a minute of one client; no limit without. */
  readonly requestsPerMinute?: number;
  /** Origins whose pages may read answers; none without. */
  readonly allowedOrigins?: readonly string[];
  readonly bodyTimes?: BodyTimes;
  /** Of a request that names none. */
  readonly deadlineMs?: number;
  /** Requests at a time that share batches. */
  readonly batchedLimit?: number;
  /** Requests that may wait for the model for themselves. */
  readonly queueLimit?: number;
  readonly streamLimit?: number;
  readonly metrics?: Metrics;
}

export function createApp(dependencies: AppDependencies): Express {
  const { logger, keys, requestsPerMinute, dashboardDirectory } = dependencies;
  const context = contextOf(dependencies);
  const { experiments } = dependencies;
  if (experiments) context.metrics.watchJobs(() => experiments.jobs.counts());
  const routes = [
    ...ROUTES.map((create) => create(context)),
    ...(experiments === undefined ? [] : STORE_ROUTES.map((create) => create(experiments))),
  ];

  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.use(
    requestLog(logger),
    context.metrics.middleware,
    securityHeaders(),
    limitBodyTime(uploadsOf(routes), dependencies.bodyTimes ?? DEFAULT_BODY_TIMES),
    ...(dependencies.hosts === undefined ? [] : [requireKnownHost(dependencies.hosts)]),
    cors(dependencies.allowedOrigins ?? []),
  );

  // what a path gives changes with the runs: browsers ask again, and get 304 where it is the same
  app.use("/v1", (_request, response, next) => {
    response.set("Cache-Control", "no-cache");
    next();
  });

  const guards: Record<Route["access"], readonly RequestHandler[]> = {
    key: [
      ...(keys ? [requireKey(keys)] : []),
      ...(requestsPerMinute === undefined ? [] : [limitRate(requestsPerMinute)]),
    ],
    none: [],
  };
  for (const [path, own] of groupByPath(routes)) {
    const at = app.route(path.replaceAll(/\{(\w+)\}/g, ":$1"));
    const allowed = own.map(({ method }) => METHODS[method] ?? "").join(", ");
    const isStream = STREAMS.includes(path);
    if (isStream) at.head(only("GET"));
    const mark: RequestHandler = (_request, response, next) => {
      response.locals["route"] = path;
      next();
    };
    for (const { method, access, handlers } of own) {
      at[method](mark, ...guards[access], ...handlers);
    }
    at.all(only(isStream ? "GET" : allowed));
  }

  app.use(documentationRoutes(describeRoutes(routes, dependencies.version)));
  app.use(dashboardRoutes(dashboardDirectory));
  app.use(notFound, errorHandler(logger, BODY_LIMIT_BYTES));
  return app;
}

/** Tells requests for a route that takes an upload. */
function uploadsOf(routes: readonly Route[]): (request: Request) => boolean {
  const uploads = routes.filter(({ takesUpload }) => takesUpload);
  return ({ method, path }) =>
    uploads.some((route) => route.path === path && route.method === method.toLowerCase());
}

/** What the Allow header says for a route of each method. */
const METHODS: Readonly<Record<Route["method"], string>> = {
  get: "GET, HEAD",
  post: "POST",
  delete: "DELETE",
};

/** A stream has no head to be had alone. */
const STREAMS: readonly string[] = ["/v1/runs/{id}/events"];

function groupByPath(routes: readonly Route[]): Map<string, readonly Route[]> {
  const groups = new Map<string, readonly Route[]>();
  for (const route of routes) groups.set(route.path, [...(groups.get(route.path) ?? []), route]);
  return groups;
}

function contextOf(dependencies: AppDependencies): RouteContext {
  const { models, runs, anchors, backend, signal } = dependencies;
  const metrics = dependencies.metrics ?? createMetrics();
  const gate = new RequestGate({
    requests: dependencies.batchedLimit ?? BATCHED_LIMIT,
    residues: BATCHED_LIMIT_RESIDUES,
  });
  const queue = new SerialQueue(dependencies.queueLimit ?? QUEUE_LIMIT);
  const slowQueue = new SerialQueue(SLOW_QUEUE_LIMIT);
  metrics.watchQueue("batched", () => gate.size);
  metrics.watchQueue("alone", () => queue.size);
  metrics.watchQueue("similarity", () => slowQueue.size);
  return {
    ...{ models, runs, anchors, backend, signal, metrics, gate, queue, slowQueue },
    cache: new SharedCache(CACHE_LIMIT_BYTES),
    deadlines: {
      defaultMs: dependencies.deadlineMs ?? DEFAULT_DEADLINE_MS,
      maxMs: Math.max(MAX_DEADLINE_MS, dependencies.deadlineMs ?? 0),
    },
    streamLimit: dependencies.streamLimit ?? STREAM_LIMIT,
    isDraining: dependencies.isDraining ?? (() => false),
  };
}

/** Answers every method that a route did not take. */
function only(allow: string): RequestHandler {
  return () => {
    throw new ProblemError("method-not-allowed", { detail: `use ${allow}`, allow });
  };
}
