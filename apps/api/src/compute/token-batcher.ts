/**
 * Dynamic batching: sequences of whichever requests wait go through the model together, as many as a
 * budget of tokens allows. Nothing is held back to fill a batch: one runs as soon as the one before is
 * done, with the oldest sequence and those behind it that are padded to the same length. So a batch is
 * small where there is little to do and full where there is much, and no sequence waits for ever; those in
 * the background (bulk jobs) alone do, as long as others keep coming: they fill what is left of batches.
 */
import { bucketLength, SPECIALS_PER_ROW } from "@performer/proteins";

/** One way through the model, such as the hidden states of one layer; a batch is of one lane. */
export interface Lane<Result> {
  run(sequences: readonly Uint8Array[]): Promise<readonly Result[]>;
}

export interface BatchFacts {
  readonly rows: number;
  /** Rows × padded length. */
  readonly tokens: number;
  readonly residues: number;
}

export interface TokenBatcherOptions {
  /** Rows × padded length of one batch at most; a longer sequence goes alone. */
  readonly maxTokens: number;
  /** Told of each batch that has been computed. */
  readonly onBatch?: ((facts: BatchFacts) => void) | undefined;
}

export type Turn = "front" | "background";

interface Waiting {
  readonly lane: Lane<unknown>;
  readonly sequence: Uint8Array;
  readonly paddedLength: number;
  readonly signal: AbortSignal;
  readonly turn: Turn;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export class TokenBatcher {
  readonly #options: TokenBatcherOptions;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(options: TokenBatcherOptions) {
    this.#options = options;
  }

  /**
   * The results of `sequences`, in order.
   * @param signal takes back what has not been computed, and rejects at once.
   */
  async add<Result>(
    lane: Lane<Result>,
    sequences: readonly Uint8Array[],
    signal: AbortSignal,
    turn: Turn = "front",
  ): Promise<Result[]> {
    signal.throwIfAborted();
    let onAbort = () => {};
    const given = sequences.map(
      (sequence) =>
        new Promise<Result>((resolve, reject) => {
          const paddedLength = bucketLength(sequence.length + SPECIALS_PER_ROW);
          const settle = resolve as (result: unknown) => void;
          const job = { lane, sequence, paddedLength, signal, turn };
          this.#waiting.push({ ...job, resolve: settle, reject });
        }),
    );
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        this.#waiting = this.#waiting.filter((each) => each.signal !== signal);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
    void this.#runAll();
    try {
      return await Promise.race([Promise.all(given), aborted]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #runAll(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // requests that arrive in the same turn of the event loop share the first batch
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#run(batch);
    this.#isRunning = false;
  }

  /** The next batch out of those that wait: that of the oldest in front. */
  #take(): readonly Waiting[] {
    const inOrder = [
      ...this.#waiting.filter(({ turn }) => turn === "front"),
      ...this.#waiting.filter(({ turn }) => turn === "background"),
    ];
    const [oldest] = inOrder;
    if (oldest === undefined) return [];
    const rows = Math.max(1, Math.floor(this.#options.maxTokens / oldest.paddedLength));
    const batch = inOrder
      .filter((each) => each.lane === oldest.lane && each.paddedLength === oldest.paddedLength)
      .slice(0, rows);
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((each) => !taken.has(each));
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const [{ lane, paddedLength }] = batch as [Waiting];
    try {
      const results = await lane.run(batch.map(({ sequence }) => sequence));
      for (const [row, { resolve }] of batch.entries()) resolve(results[row]);
      this.#options.onBatch?.({
        rows: batch.length,
        tokens: batch.length * paddedLength,
        residues: batch.reduce((sum, { sequence }) => sum + sequence.length, 0),
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
