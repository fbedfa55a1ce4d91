/**
 * Lets in as many requests as the server can hold whose sequences share batches, and sends the others
 * away at once with the time to come back: a queue without an end would only make everyone late.
 */
import { ProblemError } from "./problem.ts";

const RETRY_AFTER_SECONDS = 5;

export interface GateLimits {
  readonly requests: number;
  readonly residues: number;
}

export class RequestGate {
  readonly #limits: GateLimits;
  #requests = 0;
  #residues = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Requests inside. */
  get size(): number {
    return this.#requests;
  }

  /** Residues of the requests inside. */
  get residues(): number {
    return this.#residues;
  }

  /**
   * Runs `job` at once.
   * @param residues that it holds while it runs; one that is above the limit by itself is let in alone.
   * @throws {ProblemError} "busy", with Retry-After, where it does not fit beside those inside.
   */
  async run<Result>(residues: number, job: () => Promise<Result>): Promise<Result> {
    const isFull =
      this.#requests >= this.#limits.requests ||
      (this.#requests > 0 && this.#residues + residues > this.#limits.residues);
    if (isFull) {
      throw new ProblemError("busy", {
        detail: `${this.#requests} requests with ${this.#residues} residues are being answered; try again in ${RETRY_AFTER_SECONDS} seconds`,
        limit: this.#limits.requests,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    this.#requests++;
    this.#residues += residues;
    try {
      return await job();
    } finally {
      this.#requests--;
      this.#residues -= residues;
    }
  }
}
