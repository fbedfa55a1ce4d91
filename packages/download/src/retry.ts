/** When to try again: after a wait that doubles, or as long as the server asks; anew after progress. */
import { setTimeout as sleep } from "node:timers/promises";

/** A failure that may pass: a dropped connection, a busy server. */
export class PassingError extends Error {
  override readonly name = "PassingError";
  /** What the server asked for (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface RetryOptions {
  /** Failures in a row, without progress between them, after which it gives up. */
  readonly attempts: number;
  /** Wait after the first failure; then doubled. */
  readonly firstWaitMs: number;
  /** No wait is longer, whatever the server asks. */
  readonly longestWaitMs: number;
  /** Told before each wait. */
  readonly onRetry?: (error: PassingError, waitMs: number) => void;
}

/** Gives up after two minutes without a byte, not counting what the server asks for. */
export const RETRY: RetryOptions = { attempts: 8, firstWaitMs: 1_000, longestWaitMs: 300_000 };

/**
 * Runs `attempt` until it succeeds.
 * @param furthest how far the attempts have got; one that gets further resets the count.
 * @throws the last PassingError, or at once anything else that `attempt` throws.
 */
export async function withRetry<Value>(
  attempt: () => Promise<Value>,
  { attempts, firstWaitMs, longestWaitMs, onRetry }: RetryOptions,
  furthest: () => number = () => 0,
): Promise<Value> {
  let before = furthest();
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      if (furthest() > before) failures = 1;
      before = furthest();
      if (failures >= attempts) throw error;
      const wait = Math.max(firstWaitMs * 2 ** (failures - 1), error.retryAfterMs ?? 0);
      const waitMs = Math.min(wait, longestWaitMs);
      onRetry?.(error, waitMs);
      await sleep(waitMs);
    }
  }
}

/** For `RetryOptions.onRetry`: a line on the terminal. */
export function tellRetry({ message }: PassingError, waitMs: number): void {
  process.stderr.write(`\n${message}; trying again in ${Math.ceil(waitMs / 1000)} s\n`);
}

/** Milliseconds that a Retry-After header asks for: seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return 1000 * Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
