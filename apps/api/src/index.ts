/**
 * The REST API: `createApp` is the pure Express app, `serve` opens a port for a clone's runs.
 *
 * @example
 * const { url, closed } = await serve({ root, version: "0.1.0", signal: controller.signal });
 */

export {
  createKey,
  KeyFileError,
  type KeyRing,
  openKeyRing,
  readKeys,
  revokeKey,
  type StoredKey,
} from "./api-keys.ts";
export { type AppDependencies, createApp } from "./app.ts";
export { answerJob } from "./compute/answer-job.ts";
export { type AttentionAnswer, encodeAttention } from "./compute/answers/attention-json.ts";
export type { ModelJob } from "./compute/job.ts";
export type { ModelReader } from "./compute/model-reader.ts";
export { encodeMatrix, encodeNumbers } from "./json-numbers.ts";
export { ListenError } from "./listen.ts";
export { type FoundModel, findNewestCheckpoint } from "./model-scan.ts";
export type {
  Anchor,
  ModelStore,
  NumberedRunEvent,
  RunsReader,
  ServedModel,
} from "./ports.ts";
export {
  DEFAULT_HOST,
  DEFAULT_PORT,
  DEFAULT_REQUESTS_PER_MINUTE,
  type LogLevel,
  type RunningServer,
  type ServeOptions,
  serve,
} from "./serve.ts";
