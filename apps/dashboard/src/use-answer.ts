/** A resource that takes long: what `useResource` knows, and how far it is. */
import { useState } from "preact/hooks";
import type { Ask, Progress } from "./compute/compute.ts";
import { type Resource, useResource } from "./use-resource.ts";

export interface Answer<Value> extends Resource<Value> {
  /** Of the attempt under way; null before anything was said. */
  readonly progress: Progress | null;
}

/** @param key names what is asked; another key drops the old answer and cancels its work. */
export function useAnswer<Value>(ask: (ask: Ask) => Promise<Value>, key: string): Answer<Value> {
  const [told, setTold] = useState<{ key: string; progress: Progress } | null>(null);
  const resource = useResource(
    (signal) =>
      ask({
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) setTold({ key, progress });
        },
      }),
    { key },
  );
  return { ...resource, progress: told?.key === key && resource.pending ? told.progress : null };
}
