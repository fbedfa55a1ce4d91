/**
 * What the hub says of a file before a byte of it comes. Large files answer with a redirect to where they
 * are stored, whose headers X-Linked-ETag and X-Linked-Size are the SHA-256 and size of the content; small
 * ones with an ETag that is git's SHA-1 of the blob. Either way the checksum is the hub's own, told over
 * https: it finds accidents on the way and on the disk, and trusts the hub.
 */
import { DownloadError } from "../download-error.ts";
import { request } from "../request.ts";
import { createStallTimer } from "../stall-timer.ts";

export interface HubFile {
  readonly sizeBytes: number;
  readonly checksum: { readonly kind: "sha256" | "git-blob-sha1"; readonly value: string };
}

/** Redirects within the hub, for instance of a repository with a new name. */
const MOST_REDIRECTS = 5;

/**
 * @param revision the commit that the address names: the answer must be of that one.
 * @throws {DownloadError} where the hub has no such file, or says nothing to check it by.
 * @throws {PassingError} where it may answer later.
 */
export async function describeHubFile(
  address: string,
  { revision, stallMs, option }: { revision: string; stallMs: number; option: string },
): Promise<HubFile> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const { headers, status } = await head(url.href, stallMs, option);
    const location = headers.get("Location");
    const isStored = headers.has("X-Linked-ETag");
    if (status >= 300 && !isStored && location !== null) {
      url = new URL(location, url);
      continue;
    }
    const commit = headers.get("X-Repo-Commit");
    if (commit !== null && commit !== revision) {
      throw new DownloadError(
        `download: expected ${address} of commit ${revision}, got ${commit}; check ${option}`,
      );
    }
    const etag = headers.get("X-Linked-ETag") ?? headers.get("ETag") ?? "";
    const size = headers.get("X-Linked-Size") ?? headers.get("Content-Length") ?? "";
    return {
      sizeBytes: sizeOf(size, address, option),
      checksum: checksumOf(etag, address, option),
    };
  }
  throw new DownloadError(
    `download: expected ${address} to answer, got more than ${MOST_REDIRECTS} redirects; check ${option}`,
  );
}

async function head(url: string, stallMs: number, option: string): Promise<Response> {
  const stall = createStallTimer(stallMs);
  try {
    return await request(url, {
      method: "HEAD",
      redirect: "manual",
      signal: stall.signal,
      accepted: [200, 301, 302, 303, 307, 308],
      option,
    });
  } finally {
    stall.stop();
  }
}

function sizeOf(text: string, address: string, option: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new DownloadError(
    `download: expected ${address} to say its size, got "${text}"; check ${option}`,
  );
}

function checksumOf(etag: string, address: string, option: string): HubFile["checksum"] {
  const value = etag.replace(/^(W\/)?"(.*)"$/, "$2").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: "sha256", value };
  if (/^[0-9a-f]{40}$/.test(value)) return { kind: "git-blob-sha1", value };
  throw new DownloadError(
    `download: expected ${address} with a SHA-256 or git's SHA-1 as its ETag, got "${etag}", by which nothing can be checked; check ${option}`,
  );
}
