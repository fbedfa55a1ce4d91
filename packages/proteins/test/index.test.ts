import * as proteins from "@performer/proteins";
import * as node from "@performer/proteins/node";
import * as web from "@performer/proteins/web";
import { expect, test } from "vitest";

test("the public names", () => {
  expect(Object.keys(proteins).sort()).toMatchInlineSnapshot(`
    [
      "ANOMALOUS_RESIDUES",
      "BLOSUM62",
      "DEFAULT_MAX_SEQUENCE_LENGTH",
      "ESM_FILE_ORDER",
      "ESM_FILE_ROWS",
      "FastaError",
      "MAX_NGRAM_ORDER",
      "NEVER_DRAWN",
      "RESIDUES",
      "ResidueError",
      "SPECIALS_PER_ROW",
      "STANDARD_RESIDUES",
      "TOKEN",
      "TOKEN_NAMES",
      "VOCABULARY_SIZE",
      "bucketLength",
      "collateSequences",
      "countNgrams",
      "countResidues",
      "createEvaluationBatches",
      "createTrainingBatches",
      "decodeTokens",
      "empiricalBaseline",
      "encodeSequence",
      "formatFasta",
      "groupByLength",
      "isStandardResidue",
      "ngramBaseline",
      "normalizedBlosum",
      "parseHeader",
      "readFasta",
      "shuffle",
      "tokenNamesOf",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "DEFAULT_SHARD_RESIDUES",
      "MAX_SHARD_RESIDUES",
      "PackError",
      "createFileSource",
      "isPackFolder",
      "openPack",
      "readFastaFiles",
      "readFastaWithBionode",
      "writeShards",
    ]
  `);
  expect(Object.keys(web).sort()).toMatchInlineSnapshot(`
    [
      "readFastaFile",
    ]
  `);
});
