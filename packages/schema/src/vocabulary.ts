/** The vocabularies of token ids, by name; `@performer/proteins` holds what each token stands for. */
import { z } from "zod";

export const VocabularyName = z.enum(["performer", "esm"]);
export type VocabularyName = z.infer<typeof VocabularyName>;

/** V of each. */
export const VOCABULARY_SIZES = { performer: 29, esm: 33 } as const satisfies Record<
  VocabularyName,
  number
>;
