/** Residues a second since a job was taken up. */

/** Sooner than this a rate says nothing. */
const SETTLED_AFTER_MS = 1_000;

export class RateMeter {
  readonly #start: number;
  readonly #startedAt = performance.now();
  #reached: number;
  #reachedAt = this.#startedAt;

  /** @param start residues that were done before. */
  constructor(start: number) {
    this.#start = start;
    this.#reached = start;
  }

  reach(residues: number): void {
    this.#reached = residues;
    this.#reachedAt = performance.now();
  }

  perSecond(): number | null {
    const ms = this.#reachedAt - this.#startedAt;
    return ms < SETTLED_AFTER_MS ? null : ((this.#reached - this.#start) / ms) * 1000;
  }
}
