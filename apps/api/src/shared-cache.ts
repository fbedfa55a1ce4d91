/**
 * Finished answers by key, least recently used first to go, within a budget of bytes.
 * A key that is being computed is shared: whoever asks meanwhile waits for the same computation.
 * Failures are passed on and forgotten.
 */
export class SharedCache<Answer extends { readonly byteLength: number }> {
  readonly #budgetBytes: number;
  readonly #answers = new Map<string, Answer>();
  readonly #computing = new Map<string, Promise<Answer>>();
  #sizeBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** The answer of `key`, from `compute` unless it is kept or under way. */
  async get(key: string, compute: () => Promise<Answer>): Promise<Answer> {
    const kept = this.#answers.get(key);
    if (kept !== undefined) {
      this.#answers.delete(key);
      this.#answers.set(key, kept);
      return kept;
    }
    const underWay = this.#computing.get(key);
    if (underWay !== undefined) return underWay;
    const computation = compute();
    this.#computing.set(key, computation);
    try {
      const answer = await computation;
      this.#keep(key, answer);
      return answer;
    } finally {
      this.#computing.delete(key);
    }
  }

  #keep(key: string, answer: Answer): void {
    if (answer.byteLength > this.#budgetBytes) return;
    this.#answers.set(key, answer);
    this.#sizeBytes += answer.byteLength;
    for (const [oldest, { byteLength }] of this.#answers) {
      if (this.#sizeBytes <= this.#budgetBytes) break;
      this.#answers.delete(oldest);
      this.#sizeBytes -= byteLength;
    }
  }
}
