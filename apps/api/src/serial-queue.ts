/**
 * One job at a time, in order of arrival: for questions that take the model for themselves, of which two
 * at once would only hold twice the memory. Those that share batches go through `RequestGate`.
 */
import { abortable } from "./abortable.ts";
import { ProblemError } from "./problem.ts";

/** Told to clients that find the queue full. */
const RETRY_AFTER_SECONDS = 5;

export class SerialQueue {
  readonly #limit: number;
  readonly #subject: string;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();

  /** Jobs that wait or run. */
  get size(): number {
    return this.#waiting;
  }

  /**
   * @param limit jobs that may wait or run at a time.
   * @param subject what they wait for, told to those that are refused.
   */
  constructor(limit: number, subject = "the model") {
    this.#limit = limit;
    this.#subject = subject;
  }

  /**
   * Runs `job` after all earlier ones.
   * @param signal gives the place up: the caller hears of it at once, and a job that has not started is
   *   never run.
   * @throws {ProblemError} "busy", with Retry-After, where `limit` jobs are here already.
   */
  async run<Result>(job: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#waiting >= this.#limit) {
      throw new ProblemError("busy", {
        detail: `${this.#limit} requests wait for ${this.#subject}; try again in ${RETRY_AFTER_SECONDS} seconds`,
        limit: this.#limit,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    this.#waiting++;
    const turn = this.#tail.then(async () => {
      signal?.throwIfAborted();
      return job();
    });
    const settled = turn.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    this.#tail = settled;
    return abortable(turn, signal);
  }
}
