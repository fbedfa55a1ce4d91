/**
 * Lets timers, requests and drawing run between two pieces of work. A backend that computes on the
 * calling thread resolves `data()` without ever leaving the microtask queue, and tfjs's nextFrame
 * stops in a hidden browser tab; setTimeout is in Node, browsers and workers alike.
 */
declare const setTimeout: (callback: () => void, delayMs: number) => unknown;

export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
