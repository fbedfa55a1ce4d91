/**
 * The REST API: `createApp` is the pure Express app, `serve` opens a port for a clone's runs.
 *
 * @example
 * const { url, closed } = await serve({ root, signal: controller.signal });
 */
export { type AppDependencies, createApp } from "./app.ts";
export { type AttentionAnswer, encodeAttention } from "./attention-json.ts";
export { encodeMatrix, encodeNumbers } from "./json-numbers.ts";
export { ListenError } from "./listen.ts";
export { type FoundModel, findNewestCheckpoint } from "./model-scan.ts";
export type {
  Anchor,
  ModelStore,
  NumberedRunEvent,
  RunsReader,
  SequenceEmbedding,
  ServedModel,
} from "./ports.ts";
export {
  DEFAULT_HOST,
  DEFAULT_PORT,
  type RunningServer,
  type ServeOptions,
  serve,
} from "./serve.ts";
