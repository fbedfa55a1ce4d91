/**
 * GET /v1/runs/:id/events: the lines of a run's events.jsonl as server-sent events, from the first
 * line on, then live. Each message has no event name, the line number as its id and a RunEvent as its
 * data, so a browser that reconnects goes on after the last line it saw (Last-Event-ID).
 * A run that has ended ends the stream; who reconnects after its last line gets 204, which tells an
 * EventSource to stop (HTML Standard, 9.2.3).
 */
import { once } from "node:events";
import type { Request, Response } from "express";
import { z } from "zod";
import { problems } from "../openapi/parts.ts";
import type { NumberedRunEvent } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import type { Route, RouteContext } from "../route.ts";

/** Proxies cut streams that are silent for 30-60 s. */
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2_000;
const RETRY_AFTER_SECONDS = 10;

export function runEventsRoute({ runs, streamLimit, signal: serverCloses }: RouteContext): Route {
  let openStreams = 0;
  return {
    method: "get",
    path: "/v1/runs/{id}/events",
    access: "key",
    tag: "Runs",
    operation: {
      summary: "A run's events, the past ones first, then as they happen",
      description:
        "Server-sent events without a name; the id is the line number, the data a #/components/schemas/RunEvent.",
      requestParams: {
        path: z.object({ id: z.string().meta({ examples: ["demo"] }) }),
        header: z.object({
          "Last-Event-ID": z
            .string()
            .regex(/^\d{1,15}$/)
            .optional()
            .meta({ description: "line after which to go on" }),
        }),
      },
      responses: {
        200: {
          description: "The events",
          content: { "text/event-stream": { schema: z.string() } },
        },
        204: { description: "The run has ended, and its last line was seen" },
        ...problems("unknown-run", "busy"),
      },
    },
    handlers: [
      async (request, response) => {
        readQuery(request, NO_QUERY);
        const afterLine = lastEventId(request);
        if (openStreams >= streamLimit) {
          throw new ProblemError("busy", {
            detail: `${streamLimit} event streams are open; close one or try again later`,
            limit: streamLimit,
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
        }
        openStreams++;
        const clientLeaves = new AbortController();
        response.on("close", () => clientLeaves.abort());
        try {
          const signal = AbortSignal.any([serverCloses, clientLeaves.signal]);
          const events = await runs.follow(request.params["id"] ?? "", { afterLine, signal });
          if (events === "unknown") throw unknownRun();
          if (events === "ended") response.status(204).end();
          else await stream(events, response, signal);
        } finally {
          openStreams--;
        }
      },
    ],
  };
}

async function stream(
  events: AsyncIterable<NumberedRunEvent>,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
  try {
    for await (const { line, event } of events) {
      const message = `id: ${line}\ndata: ${JSON.stringify(event)}\n\n`;
      if (!response.write(message)) await once(response, "drain", { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
  }
  response.end();
}

/** Line number that the client saw last, 0 for none. */
function lastEventId(request: Request<Record<string, string>>): number {
  const text = request.get("Last-Event-ID") ?? "0";
  if (!/^\d{1,15}$/.test(text)) {
    throw new ProblemError("invalid-request", {
      detail: "expected the number of the last line seen, such as 120; leave it out to start over",
      field: "Last-Event-ID",
    });
  }
  return Number(text);
}

const unknownRun = () =>
  new ProblemError("unknown-run", {
    detail: "no run has this id; GET /v1/runs lists them",
    field: "id",
  });
