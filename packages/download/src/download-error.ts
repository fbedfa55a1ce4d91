/** A file that cannot be had, and something a person can do about it; the message ends with what. */
export class DownloadError extends Error {
  override readonly name: string = "DownloadError";
}
