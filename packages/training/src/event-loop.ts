/** Eager arithmetic blocks Node's event loop; between steps it must get its turn. */
import { setImmediate } from "node:timers/promises";

/** Lets signals, timers and sockets that are due run. */
export async function yieldToEventLoop(): Promise<void> {
  await setImmediate();
}
