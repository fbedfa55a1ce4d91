/** GET /health: the process lives; GET /ready: it takes requests for a model. */
import { z } from "zod";
import { answeredBy } from "./common.ts";

export const HealthResponse = z
  .object({
    status: z.literal("ok"),
    backend: z.string(),
    /** The default model, or null. */
    model: z.string().nullable(),
    uptimeSeconds: z.number(),
  })
  .meta({ id: "HealthResponse" });
export type HealthResponse = z.infer<typeof HealthResponse>;

/** 503 with a problem document while there is no model, or the server drains. */
export const ReadyResponse = z
  .object({ status: z.literal("ready"), ...answeredBy })
  .meta({ id: "ReadyResponse" });
export type ReadyResponse = z.infer<typeof ReadyResponse>;
