/** Something that is fetched: what a view knows while it waits, has it, or failed to get it. */
import { useCallback, useEffect, useState } from "preact/hooks";

export interface Resource<Value> {
  /** The latest answer; kept while a refresh is under way or has failed. */
  readonly value: Value | null;
  /** Why the latest attempt failed; null after a success. */
  readonly error: unknown;
  readonly pending: boolean;
  readonly reload: () => void;
}

export interface ResourceOptions {
  /** Another subject under the same hook: the old answer is dropped at once. */
  readonly key: string;
  /** Asks again after this time while the page is visible; left out: never. */
  readonly refreshMs?: number;
}

type Attempt<Value> = Pick<Resource<Value>, "value" | "error" | "pending"> & { key: string };

/** Loads when mounted and whenever `key` changes; an outdated request is aborted. */
export function useResource<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  { key, refreshMs }: ResourceOptions,
): Resource<Value> {
  const fresh: Attempt<Value> = { key, value: null, error: null, pending: true };
  const [attempt, setAttempt] = useState(fresh);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((count) => count + 1), []);

  // `key` names what `load` loads; `round` asks again
  useEffect(() => {
    const abort = new AbortController();
    setAttempt((last) => (last.key === key ? { ...last, pending: true } : fresh));
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setAttempt({ key, value, error: null, pending: false });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setAttempt((last) => ({ ...last, error, pending: false }));
      },
    );
    return () => abort.abort();
  }, [key, round]);

  // the clock stands while a request is under way, or a slow answer would be asked for for ever
  const waiting = refreshMs !== undefined && !attempt.pending;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [waiting, refreshMs, reload]);

  const shown = attempt.key === key ? attempt : fresh;
  return { value: shown.value, error: shown.error, pending: shown.pending, reload };
}
