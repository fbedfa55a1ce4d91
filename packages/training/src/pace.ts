/** How fast a run goes, and how long it will still take. */

export interface Pace {
  /**
   * @param tokens that the step trained on.
   * @param stepMs duration of the step alone.
   * @param waitMs how long the step had to wait for its batch.
   */
  measure(
    step: number,
    tokens: number,
    stepMs: number,
    waitMs: number,
  ): { tokensPerSecond: number; secondsLeft: number; waitShare: number };
}

/**
 * Speed is that of the step alone; the time left is from the average of this session so far, which
 * includes reading, evaluating and saving.
 * @param now milliseconds, monotonic.
 */
export function createPace(
  startStep: number,
  totalSteps: number,
  now = () => performance.now(),
): Pace {
  const startedAt = now();
  return {
    measure(step, tokens, stepMs, waitMs) {
      const msPerStep = (now() - startedAt) / (step - startStep);
      return {
        tokensPerSecond: (1000 * tokens) / stepMs,
        secondsLeft: ((totalSteps - step) * msPerStep) / 1000,
        waitShare: waitMs / (waitMs + stepMs),
      };
    },
  };
}
