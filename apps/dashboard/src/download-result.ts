/** The result of a job as a download of the browser. */
import type { Job, JobResultFormat } from "@performer/schema";
import { askPlain } from "./api.ts";
import { hasKey } from "./api-key.ts";
import { followDownload, saveFile } from "./parts/save-file.ts";

/**
 * Settles when the download has begun: the server may make the file first.
 * @throws {ApiError} in the server's words, where a link would save them as if they were the file.
 */
export async function downloadResult(
  { id, links }: Job,
  format: JobResultFormat,
  signal: AbortSignal,
): Promise<void> {
  const path = `${links.result}?format=${format}`;
  const name = `${id}.${format}`;
  const first = await askPlain(path, { headers: { range: "bytes=0-0" }, signal });
  await first.body?.cancel();
  if (!hasKey()) return followDownload(name, path);
  // a link cannot carry the key
  saveFile(name, await (await askPlain(path, { signal })).blob());
}
