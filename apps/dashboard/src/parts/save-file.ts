/** Hands a file to the browser's downloads. */

/** The address of the bytes must live until the download has begun. */
const KEEP_MS = 60_000;

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  followDownload(name, url);
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

/** As if the reader had followed a link to a file: the browser streams it to the disk. */
export function followDownload(name: string, url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replaceAll(/[^\w.-]+/g, "-");
  link.click();
}
