/** The one form of every failure: RFC 9457 problem documents, application/problem+json. */
import { z } from "zod";

export const Problem = z
  .object({
    /** "urn:protein-performer:problem:KIND"; programs tell problems apart by it. */
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** What was wrong and how to put it right. */
    detail: z.string(),
    /** JSON pointer into the body, or the name of the query parameter, header or path parameter. */
    field: z.string().optional(),
    /** The limit that was passed, where there is one. */
    limit: z.number().optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem document" });
export type Problem = z.infer<typeof Problem>;
