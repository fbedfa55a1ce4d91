/**
 * Large files over HTTP: resumed where they stopped, held against what was published, with progress on
 * the terminal. What is fetched from where is the caller's business, but for models of the Hugging Face hub.
 *
 * @example
 * await fetchFile({ url, path, sizeBytes, retry: RETRY, stallMs: 60_000, progress: createProgress(), option: "--base" });
 */
export { assertDiskSpace } from "./disk-space.ts";
export { DownloadError } from "./download-error.ts";
export { discardFile, fetchFile, OtherFileError, resumableFiles } from "./fetch-file.ts";
export { type FetchHubModelOptions, fetchHubModel } from "./hub/fetch-hub-model.ts";
export { createProgress, type Progress, SILENT } from "./progress.ts";
export { request } from "./request.ts";
export {
  PassingError,
  parseRetryAfter,
  RETRY,
  type RetryOptions,
  tellRetry,
  withRetry,
} from "./retry.ts";
export { createStallTimer } from "./stall-timer.ts";
