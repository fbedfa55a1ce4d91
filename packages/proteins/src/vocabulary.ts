/** The vocabularies that a model may have. All give the 29 tokens of alphabet.ts the same ids. */
import type { VocabularyName } from "@performer/schema";
import { TOKEN_NAMES } from "./alphabet.ts";
import { ESM_TOKEN_NAMES } from "./esm-vocabulary.ts";

/** Name of each token of a vocabulary, by id. */
export function tokenNamesOf(vocabulary: VocabularyName): readonly string[] {
  switch (vocabulary) {
    case "performer":
      return TOKEN_NAMES;
    case "esm":
      return ESM_TOKEN_NAMES;
    default:
      return vocabulary satisfies never;
  }
}
