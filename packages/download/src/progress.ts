/** How far a download or another long work is: a bar on a terminal, a plain line every few seconds elsewhere (logs, CI). */
import { SingleBar } from "cli-progress";

const LINE_EVERY_MS = 5_000;
const MEGA = 1e6;

export interface Progress {
  /** @param total bytes in all. @param done bytes that an earlier run has done. */
  start(title: string, total: number, done?: number): void;
  /** More bytes are done. */
  advance(bytes: number): void;
  /** Back to a number of bytes: a download that begins anew. */
  reset(done: number): void;
  /** Takes the bar away; further lines start on a fresh line. */
  stop(): void;
}

/** For callers that watch nothing. */
export const SILENT: Progress = { start() {}, advance() {}, reset() {}, stop() {} };

type Output = NodeJS.WriteStream;

export function createProgress(output: Output = process.stderr): Progress {
  let title = "";
  let total = 0;
  let done = 0;
  let doneBefore = 0;
  let startedAt = 0;
  const speed = () => {
    const seconds = (performance.now() - startedAt) / 1000;
    return `${((done - doneBefore) / MEGA / Math.max(seconds, 0.001)).toFixed(1)} MB/s`;
  };
  const show = output.isTTY ? createBar(output) : createLines(output);
  const state = () => ({ title, total, done, speed: speed() });
  return {
    start(newTitle, newTotal, newDone = 0) {
      title = newTitle;
      total = newTotal;
      done = newDone;
      doneBefore = newDone;
      startedAt = performance.now();
      show.start(state());
    },
    advance(bytes) {
      done += bytes;
      show.update(state());
    },
    reset(newDone) {
      doneBefore += newDone - done;
      done = newDone;
      show.update(state());
    },
    stop: () => show.stop(state()),
  };
}

interface State {
  readonly title: string;
  readonly total: number;
  readonly done: number;
  readonly speed: string;
}

interface Shower {
  start(state: State): void;
  update(state: State): void;
  stop(state: State): void;
}

function createBar(output: Output): Shower {
  const bar = new SingleBar({
    stream: output,
    format: "{title} {bar} {megabytes} MB  {speed}  {eta_formatted} left",
    barsize: 20,
    fps: 4,
    hideCursor: true,
    gracefulExit: true,
  });
  return {
    start: (state) => bar.start(state.total, state.done, payload(state)),
    update: (state) => bar.update(state.done, payload(state)),
    stop(state) {
      bar.update(state.done, payload(state));
      bar.stop();
    },
  };
}

function createLines(output: Output): Shower {
  let lastLineAt = performance.now();
  return {
    start() {
      lastLineAt = performance.now();
    },
    update(state) {
      if (performance.now() - lastLineAt < LINE_EVERY_MS) return;
      lastLineAt = performance.now();
      const { title, megabytes, speed } = payload(state);
      output.write(`${title}  ${megabytes} MB  ${speed}\n`);
    },
    stop() {},
  };
}

function payload({ title, total, done, speed }: State) {
  return { title, speed, megabytes: `${(done / MEGA).toFixed(0)}/${(total / MEGA).toFixed(0)}` };
}
