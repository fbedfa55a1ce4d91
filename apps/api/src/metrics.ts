/**
 * Figures of the server for Prometheus. A registry of its own, not prom-client's global one: two apps in
 * one process, as in the tests, do not count together.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RequestHandler } from "express";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BatchFacts } from "./compute/token-batcher.ts";

export interface Metrics {
  /** Counts requests by method, status and the route that `response.locals.route` names. */
  readonly middleware: RequestHandler;
  countBatch(facts: BatchFacts): void;
  modelLoaded(name: string): void;
  modelFreed(name: string): void;
  /** Read at each scrape. */
  watchQueue(name: string, size: () => number): void;
  /** Jobs by state, asked at each scrape; left out of one where they cannot be counted. */
  watchJobs(count: () => Promise<Readonly<Record<string, number>>>): void;
  read(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Seconds: from an answer out of the cache to one that takes its whole deadline. */
const DURATIONS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const TICK_MS = 10;
const BATCH_TOKENS = [32, 128, 512, 2048, 4096, 8192];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: "performer_request_duration_seconds",
    help: "From the head of a request to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: DURATIONS,
    registers,
  });
  const batches = new Histogram({
    name: "performer_batch_tokens",
    help: "Tokens of a batch, padding included",
    buckets: BATCH_TOKENS,
    registers,
  });
  const residues = new Counter({
    name: "performer_residues_total",
    help: "Residues that went through a model in batches",
    registers,
  });
  const loaded = new Gauge({
    name: "performer_model_loaded",
    help: "1 for each model in memory",
    labelNames: ["model"],
    registers,
  });
  const queues = new Map<string, () => number>();
  new Gauge({
    name: "performer_queue_length",
    help: "Requests that wait or are being answered",
    labelNames: ["queue"],
    registers,
    collect() {
      for (const [queue, size] of queues) this.set({ queue }, size());
    },
  });
  const delays = monitorEventLoopDelay({ resolution: TICK_MS });
  delays.enable();
  new Gauge({
    name: "performer_event_loop_lag_seconds",
    help: "Delay of the event loop since the last scrape, by quantile",
    labelNames: ["quantile"],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99, 1]) {
        const measured = delays.count === 0 ? 0 : delays.percentile(100 * quantile) / 1e9;
        // what is measured is the time between two ticks, the wanted one included
        this.set({ quantile: String(quantile) }, Math.max(0, measured - TICK_MS / 1000));
      }
      delays.reset();
    },
  });

  return {
    middleware(request, response, next) {
      const startedAt = performance.now();
      response.on("close", () => {
        // pages, files and what nothing answers are one label, or clients could fill the memory with names
        const marked: unknown = response.locals["route"];
        const route = typeof marked === "string" ? marked : "other";
        const status = response.writableFinished ? String(response.statusCode) : "cut";
        const seconds = (performance.now() - startedAt) / 1000;
        requests.observe({ method: request.method, route, status }, seconds);
      });
      next();
    },
    countBatch(facts) {
      batches.observe(facts.tokens);
      residues.inc(facts.residues);
    },
    modelLoaded: (model) => loaded.set({ model }, 1),
    modelFreed: (model) => loaded.remove({ model }),
    watchQueue: (name, size) => void queues.set(name, size),
    watchJobs(count) {
      new Gauge({
        name: "performer_jobs",
        help: "Bulk jobs that the store knows, by state",
        labelNames: ["state"],
        registers,
        async collect() {
          this.reset();
          const counted = await count().catch(() => ({}));
          for (const [state, jobs] of Object.entries(counted)) this.set({ state }, jobs);
        },
      });
    },
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
