/**
 * Ctrl-C and SIGTERM as an AbortSignal. The first one asks the work to stop at a good place, the
 * second one ends the process at once.
 */

/** Exit code of a process that SIGINT ended (128 + 2). */
export const INTERRUPTED_EXIT_CODE = 130;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** @param notice printed to standard error at the first signal. */
export function listenForInterrupt(notice: string): Interruption {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    process.stderr.write(`\n${notice}\n`);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
