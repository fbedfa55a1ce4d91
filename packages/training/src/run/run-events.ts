/**
 * Reads runs/ID/events.jsonl, also while another process writes it. A last line without its line
 * break is not written yet (or never will be: kill -9) and is left alone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseWith, RunEvent } from "@performer/schema";
import { runPaths } from "./run-folder.ts";
import { type Position, readLinesAfter } from "./run-log-lines.ts";

const DEFAULT_POLL_MS = 250;

/**
 * The events so far, oldest first; [] where the run has no log yet.
 * @param root the run's folder, runs/ID.
 * @throws {SchemaError | SyntaxError} naming the line that is no event.
 */
export async function readRunEvents(root: string): Promise<RunEvent[]> {
  const path = runPaths(root).events;
  const { lines } = (await readLinesAfter(path, undefined)) ?? { lines: [] };
  return lines.map((line, index) => parseEvent(line, `${path}:${index + 1}`));
}

export interface FollowOptions {
  /** Ends the generator. */
  readonly signal?: AbortSignal;
  /** Lines that the caller has already: 0, or the `line` of the last one seen. */
  readonly fromLine?: number;
  readonly pollMs?: number;
}

export interface NumberedEvent {
  /** 1-based; give it back as `fromLine` to go on after this event. */
  readonly line: number;
  readonly event: RunEvent;
}

/**
 * The events as they come, of a run in this process or another, until its "end" event. An
 * interrupted run keeps the generator waiting, since it may be resumed. A resume cuts the log back
 * to a checkpoint; the generator then goes on from the resume's "start" event.
 */
export async function* followRunEvents(
  root: string,
  { signal, fromLine = 0, pollMs = DEFAULT_POLL_MS }: FollowOptions = {},
): AsyncGenerator<NumberedEvent> {
  const path = runPaths(root).events;
  let position: Position | undefined;
  let seen = fromLine;
  const startsSeen = new Set<string>();
  while (!signal?.aborted) {
    const read = await readLinesAfter(path, position);
    if (read !== undefined) {
      if (!read.continued) {
        const cutBack = position !== undefined || seen > read.lines.length;
        if (cutBack) seen = resumeIndex(read.lines, startsSeen);
        for (const line of read.lines.splice(0, seen)) if (isStart(line)) startsSeen.add(line);
      }
      position = read.position;
      for (const line of read.lines) {
        if (signal?.aborted) return;
        seen += 1;
        const event = parseEvent(line, `${path}:${seen}`);
        if (event.type === "start") startsSeen.add(line);
        yield { line: seen, event };
        if (event.type === "end") return;
      }
    }
    await sleep(pollMs, undefined, signal && { signal }).catch(ignoreAbort);
  }
}

/**
 * Where a log that was cut back goes on: at the resume's "start" event, or at the end of what is left
 * as long as that event is not written.
 */
function resumeIndex(lines: readonly string[], startsSeen: ReadonlySet<string>): number {
  const index = lines.findLastIndex(isStart);
  return startsSeen.has(lines[index] ?? "") ? lines.length : Math.max(0, index);
}

const isStart = (line: string) => parseEvent(line, "a line read before").type === "start";

/** @param place file and line, for the error. */
export function parseEvent(line: string, place: string): RunEvent {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new SyntaxError(
      `parseEvent: expected a JSON line at ${place}, got ${line.slice(0, 80)}`,
      { cause },
    );
  }
  return parseWith(RunEvent, json, place);
}

function ignoreAbort(error: Error): void {
  if (error.name !== "AbortError") throw error;
}
