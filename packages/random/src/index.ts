/**
 * Seeded random numbers as a value that is passed along: no global state, nothing derived from data.
 * A `RandomKey` splits into independent keys by name or number; a `RandomStream` draws from a key
 * and can be saved and restored, which exact resume relies on.
 *
 * @example
 * const key = randomKey(7);
 * const weights = createStream(splitKey(key, "layer", 3)).normal();
 */
export { type RandomKey, randomKey, splitKey } from "./key.ts";
export { createStream, type RandomStream, restoreStream, type StreamState } from "./stream.ts";
