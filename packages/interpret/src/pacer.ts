/**
 * Long work in slices: between them timers, requests and drawing run. A backend that computes on the
 * calling thread resolves `data()` without ever leaving the microtask queue, and tfjs's nextFrame
 * stops in a hidden browser tab; setTimeout is in Node, browsers and workers alike.
 */
declare const setTimeout: (callback: () => void, delayMs: number) => unknown;

/** Await the returned function between pieces of work: it lets others run once a slice is used up. */
export function createPacer(sliceMs = 20): () => Promise<void> {
  let started = Date.now();
  return async () => {
    if (Date.now() - started < sliceMs) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    started = Date.now();
  };
}
