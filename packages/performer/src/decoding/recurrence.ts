/**
 * Causal attention one position at a time: what decoding asks of a mechanism, and the table of those
 * that have such a form. A further one is one file that implements `Recurrence` and one case here.
 */
import type { AttentionConfig } from "@performer/schema";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { createFeatureMap } from "../feature-map.ts";
import { cacheRecurrence } from "./cache-recurrence.ts";
import { favorRecurrence } from "./favor-recurrence.ts";
import { groupedRecurrence } from "./grouped-recurrence.ts";
import { identityRecurrence } from "./identity-recurrence.ts";

/** What a layer remembers of the positions before. */
export type LayerState = Readonly<Record<string, Tensor4D>>;

/** [B, H, 1, D] each. */
interface StepInputs {
  readonly query: Tensor4D;
  readonly key: Tensor4D;
  readonly value: Tensor4D;
}

interface StepOutputs {
  /** [B, H, 1, D], what the parallel form gives at this position. */
  readonly output: Tensor4D;
  readonly state: LayerState;
}

/** The tensors that it makes belong to the tidy of the caller. */
export interface Recurrence {
  /** The state of B rows before their first position. */
  start(batchSize: number): LayerState;
  /** One further position of every row. */
  step(state: LayerState, inputs: StepInputs): StepOutputs;
  /** The state after all positions of key and value [B, H, L, D], as L steps from the start give it. */
  absorb(key: Tensor4D, value: Tensor4D): LayerState;
}

/** Mechanisms that have a case in `createRecurrence`. */
const RECURRENT = [
  "favor",
  "exact",
  "local",
  "identity",
] as const satisfies AttentionConfig["mechanism"][];

export interface RecurrenceOptions {
  readonly config: AttentionConfig;
  /** W [M, D] of the layer; needed by "favor". */
  readonly projection: Tensor2D | undefined;
  readonly numHeads: number;
  /** D */
  readonly headSize: number;
}

/** @throws {RangeError} where the mechanism cannot be computed position by position. */
export function createRecurrence(options: RecurrenceOptions): Recurrence {
  const { config, projection } = options;
  switch (config.mechanism) {
    case "favor": {
      if (projection === undefined) {
        throw new RangeError("createRecurrence: expected a projection [M, D], got none");
      }
      const { localHeads, localWindow } = config;
      const linear = favorRecurrence({
        ...options,
        numHeads: options.numHeads - localHeads,
        featureMap: createFeatureMap(config.featureMap),
        projection,
      });
      return localHeads === 0
        ? linear
        : groupedRecurrence(localHeads, cacheRecurrence(localWindow), linear);
    }
    case "exact":
      return cacheRecurrence(Number.POSITIVE_INFINITY);
    case "local":
      return cacheRecurrence(config.window);
    case "identity":
      return identityRecurrence();
    default: {
      const { mechanism } = config as AttentionConfig;
      throw new RangeError(
        `decoding: expected a mechanism with a recurrent form (${RECURRENT.join(", ")}), got "${mechanism}"; score sequences with applyModel, or train with one of these`,
      );
    }
  }
}
