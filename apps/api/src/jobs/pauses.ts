/** Waits that somebody else can end early, and that never hold a closing server up. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Pauses {
  pause(ms: number): Promise<void>;
  /** Ends the pause under way, or the next one, should it not have begun. */
  end(): void;
}

export function createPauses(closing: AbortSignal): Pauses {
  let wake = new AbortController();
  return {
    async pause(ms) {
      const signal = AbortSignal.any([closing, wake.signal]);
      await sleep(ms, undefined, { signal }).catch(() => {});
      wake = new AbortController();
    },
    end: () => wake.abort(),
  };
}
