import type { ModelStore } from "../../src/ports.ts";

export interface FakeModels {
  readonly models: ModelStore;
  /** Sequences of each call. */
  readonly calls: number[];
}

export function fakeJobModels(options?: {
  readonly delayMs?: number;
  readonly fingerprint?: string;
  readonly maxLength?: number;
}): FakeModels;
