/** Aborts a request that gives no byte for a while: a connection can die without a word. */
export interface StallTimer {
  readonly signal: AbortSignal;
  /** A byte came. */
  restart(): void;
  stop(): void;
}

export function createStallTimer(stallMs: number): StallTimer {
  const controller = new AbortController();
  const reason = new Error(`nothing came for ${stallMs / 1000} s`);
  const timer = setTimeout(() => controller.abort(reason), stallMs);
  return {
    signal: controller.signal,
    restart: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
