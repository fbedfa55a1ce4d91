import {
  ESM_FILE_ORDER,
  ESM_FILE_ROWS,
  TOKEN,
  TOKEN_NAMES,
  tokenNamesOf,
} from "@performer/proteins";
import { VOCABULARY_SIZES, VocabularyName } from "@performer/schema";
import { expect, test } from "vitest";

test.each(VocabularyName.options)(
  "%s: as many distinct names as its size, the shared ones first",
  (name) => {
    const names = tokenNamesOf(name);
    expect(names).toHaveLength(VOCABULARY_SIZES[name]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, TOKEN_NAMES.length)).toEqual(TOKEN_NAMES);
  },
);

test("each token of ESM is found in its files at the id that ESM gives it", () => {
  // ids of fair-esm's Alphabet("ESM-1b"), which every ESM-2 has
  const ids = {
    L: 4,
    A: 5,
    G: 6,
    V: 7,
    S: 8,
    E: 9,
    R: 10,
    T: 11,
    I: 12,
    D: 13,
    P: 14,
    K: 15,
    Q: 16,
  };
  const more = {
    N: 17,
    F: 18,
    Y: 19,
    M: 20,
    H: 21,
    W: 22,
    C: 23,
    X: 24,
    B: 25,
    U: 26,
    Z: 27,
    O: 28,
  };
  const others = { "<unk>": 3, ".": 29, "-": 30, "<null_1>": 31 };
  const names = tokenNamesOf("esm");
  for (const [name, id] of Object.entries({ ...ids, ...more, ...others })) {
    expect(ESM_FILE_ROWS[names.indexOf(name)], name).toBe(id);
  }
  const { bos, eos, pad, mask } = TOKEN;
  expect([bos, eos, pad, mask].map((id) => ESM_FILE_ROWS[id])).toEqual([0, 2, 1, 32]);
  expect([...ESM_FILE_ROWS].sort((a, b) => a - b)).toEqual(ESM_FILE_ORDER.map((_, row) => row));
});
