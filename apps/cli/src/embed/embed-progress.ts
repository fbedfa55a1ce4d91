/** How far embedding is: a bar on a terminal, a line every few seconds elsewhere (logs, clusters). */
import { SingleBar } from "cli-progress";
import { formatDuration } from "../duration.ts";

const LINE_EVERY_MS = 5_000;

export interface EmbedProgress {
  /** Residues that were there before this process began. */
  skip(residues: number): void;
  add(residues: number): void;
  /** Residues a second of what this process computed, so far. */
  rate(): number;
  /** Takes the bar away. */
  close(): void;
}

export function createEmbedProgress(
  totalResidues: number,
  output: NodeJS.WriteStream = process.stderr,
): EmbedProgress {
  const startedAt = performance.now();
  let done = 0;
  let computed = 0;
  let shownAt = startedAt;
  const bar = output.isTTY
    ? new SingleBar({
        stream: output,
        format: "{bar} {percentage} %  {figures}",
        barsize: 20,
        fps: 4,
        hideCursor: true,
        gracefulExit: false,
      })
    : undefined;
  bar?.start(totalResidues, 0, { figures: "" });
  const rate = () => computed / ((performance.now() - startedAt) / 1000);
  const figures = () =>
    `${done.toLocaleString("en")} of ${totalResidues.toLocaleString("en")} residues  ${Math.round(rate()).toLocaleString("en")} residues/s  ${formatDuration((totalResidues - done) / rate())} left`;
  const show = () => {
    if (bar !== undefined) return bar.update(done, { figures: figures() });
    if (performance.now() - shownAt < LINE_EVERY_MS) return;
    shownAt = performance.now();
    output.write(`${figures()}\n`);
  };
  return {
    skip(residues) {
      done += residues;
    },
    add(residues) {
      done += residues;
      computed += residues;
      show();
    },
    rate,
    close: () => bar?.stop(),
  };
}
