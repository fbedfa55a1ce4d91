/**
 * A run's events as they happen: EventSource in, batches of checked `RunEvent`s out. The browser's own
 * EventSource sends no API key, so this is one on fetch.
 * Events are gathered for a moment, so that replaying a long log costs a few redraws and not thousands.
 */
import { RunEvent } from "@performer/schema";
import { EventSource } from "eventsource";
import { authorization } from "./api-key.ts";

/** live: the line is open. reconnecting: the browser tries again. closed: no more will come. */
export type StreamState = "connecting" | "live" | "reconnecting" | "closed" | "failed";

export interface RunStreamOptions {
  readonly url: string;
  readonly onEvents: (events: readonly RunEvent[]) => void;
  readonly onState: (state: StreamState) => void;
}

const GATHER_MS = 60;

/** Follows a run until the returned function is called. Lines seen before a reconnection are not repeated. */
export function openRunStream({ url, onEvents, onState }: RunStreamOptions): () => void {
  const source = new EventSource(url, {
    fetch: (address, init) =>
      fetch(address, { ...init, headers: { ...init.headers, ...authorization() } }),
  });
  let gathered: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastLine = 0;
  let ended = false;

  const flush = () => {
    timer = null;
    const events = gathered;
    gathered = [];
    onEvents(events);
  };
  const close = () => {
    source.close();
    if (timer !== null) clearTimeout(timer);
  };

  source.onopen = () => onState("live");
  source.onmessage = (message: MessageEvent<string>) => {
    const line = Number.parseInt(message.lastEventId, 10);
    if (line <= lastLine) return;
    if (!Number.isNaN(line)) lastLine = line;
    const parsed = RunEvent.safeParse(parseJson(message.data));
    if (!parsed.success) return; // a newer trainer may log kinds of events that this page does not know
    ended = parsed.data.type === "end";
    gathered.push(parsed.data);
    timer ??= setTimeout(flush, GATHER_MS);
  };
  source.onerror = () => {
    // a server that has sent the end of a finished run hangs up: that is no reason to call again
    if (ended) {
      source.close();
      onState("closed");
    } else if (source.readyState !== EventSource.CLOSED) {
      onState("reconnecting");
    } else {
      // a run that died has no end in its log: once all its lines are read, the API answers 204
      onState(lastLine > 0 ? "closed" : "failed");
    }
  };
  return close;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
