/** What a training step takes: arrays of static shape [B, L], ready to become tensors. */
import { TOKEN } from "./alphabet.ts";

export interface TrainingBatch {
  /** [B * L] token ids that the model sees. */
  readonly inputs: Int32Array;
  /** [B * L] token ids that it should predict; pad where there is none. */
  readonly targets: Int32Array;
  /** [B * L] 1 where the prediction enters the loss that is minimised, else 0. */
  readonly lossMask: Float32Array;
  /**
   * [B * L] 1 where the prediction enters reported metrics, else 0: positions of the loss whose input
   * hides the target. With the 80/10/10 masking 10 % of the loss positions show their target, and a
   * model that does nothing but copy would report 15.5 where the unigram baseline has 18.05.
   */
  readonly scoreMask: Float32Array;
  /** [B * L] 1 where the input takes part in attention, 0 at pads. */
  readonly paddingMask: Float32Array;
  /** B */
  readonly rows: number;
  /** L */
  readonly length: number;
  /** Epoch of the first row, from 0. */
  readonly epoch: number;
}

/** A batch of pads alone. */
export function createBatch(rows: number, length: number, epoch: number): TrainingBatch {
  const size = rows * length;
  return {
    inputs: new Int32Array(size).fill(TOKEN.pad),
    targets: new Int32Array(size).fill(TOKEN.pad),
    lossMask: new Float32Array(size),
    scoreMask: new Float32Array(size),
    paddingMask: new Float32Array(size),
    rows,
    length,
    epoch,
  };
}
