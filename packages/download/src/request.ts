/** One HTTP request: what may pass is a PassingError, what will not is a DownloadError with the remedy. */
import { DownloadError } from "./download-error.ts";
import { PassingError, parseRetryAfter } from "./retry.ts";

/** Statuses of a server that is busy or restarting (RFC 9110, 15; RFC 6585). */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @param accepted statuses that the caller handles.
 * @throws {PassingError} where the connection fails or the server is busy.
 * @throws {DownloadError} for any other status.
 */
export async function request(
  url: string,
  options: {
    readonly headers?: Record<string, string>;
    readonly signal: AbortSignal;
    readonly accepted: readonly number[];
    /** The option that names the address, for messages: "--base". */
    readonly option: string;
    /** Default GET. */
    readonly method?: "HEAD";
    /** Default "follow". */
    readonly redirect?: "manual";
  },
): Promise<Response> {
  const { headers, signal, accepted, option, method = "GET", redirect = "follow" } = options;
  let response: Response;
  try {
    // a length and a range count bytes of the file only where nothing is compressed on the way
    response = await fetch(url, {
      headers: { "Accept-Encoding": "identity", ...headers },
      ...{ signal, method, redirect },
    });
  } catch (cause) {
    throw new PassingError(`no answer from ${url} (${reasonOf(cause)})`, { cause });
  }
  if (accepted.includes(response.status)) return response;
  await response.body?.cancel();
  const told = `${response.status} ${response.statusText}`.trim();
  if (PASSING.has(response.status)) {
    const retryAfterMs = parseRetryAfter(response.headers.get("Retry-After"), Date.now());
    throw new PassingError(`${url} answered ${told}`, { retryAfterMs });
  }
  throw new DownloadError(
    `download: expected ${url} to answer ${accepted.join(" or ")}, got ${told}; check the name and ${option}`,
  );
}

/** fetch says "fetch failed" and keeps what happened in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
