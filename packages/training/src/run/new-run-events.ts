/** What a log has gained since it was last read: for an index of it, which goes on where it stood. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunEvent } from "@performer/schema";
import { parseEvent } from "./run-events.ts";
import { runPaths } from "./run-folder.ts";
import { readLinesAfter } from "./run-log-lines.ts";

/** How far a log was read; a log that was cut back is another file under the same name. */
export interface RunLogPosition {
  readonly inode: number;
  /** Bytes, up to the end of a line. */
  readonly offset: number;
  /** Whole lines. */
  readonly lines: number;
}

export interface NewRunEvents {
  readonly events: readonly RunEvent[];
  /** After these events. */
  readonly position: RunLogPosition;
  /** The first of them is the first of the log: it was not read before, or is another file by now. */
  readonly fromStart: boolean;
}

/** Events that are parsed before the event loop turns: a few milliseconds. */
const EVENTS_PER_BATCH = 500;

/**
 * What a log has beyond `after`, some hundred events at a time; nothing where it has no more.
 * @throws {SchemaError | SyntaxError} naming the line that is no event.
 */
export async function* readNewRunEvents(
  root: string,
  after: RunLogPosition | null,
): AsyncGenerator<NewRunEvents> {
  const path = runPaths(root).events;
  const read = await readLinesAfter(path, after ?? undefined);
  if (read === undefined) return;
  const { inode } = read.position;
  let offset = read.continued ? (after?.offset ?? 0) : 0;
  let lines = read.continued ? (after?.lines ?? 0) : 0;
  for (let start = 0; start < read.lines.length; start += EVENTS_PER_BATCH) {
    const batch = read.lines.slice(start, start + EVENTS_PER_BATCH);
    const firstLine = lines + 1;
    const events = batch.map((line, index) => parseEvent(line, `${path}:${firstLine + index}`));
    offset += batch.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    lines += batch.length;
    yield { events, position: { inode, offset, lines }, fromStart: firstLine === 1 };
    await nextTurn();
  }
}
