/**
 * What a reader makes of maps and matrices: numbers in, words and ranks out. No tensors, so that a page
 * needs no tfjs for it.
 *
 * @example
 * const { meanDistance, pattern } = readHead(maps[0][0], length);
 * const { rank, pairs } = readPair(similarity, ["D", "E"]);
 */
export { attentionReceived, type HeadReading, readHead } from "./reading/head-reading.ts";
export { kMeans } from "./reading/k-means.ts";
export { type PrincipalComponents, principalComponents } from "./reading/principal-components.ts";
export { orderResidues, type ResidueOrder, reorderMatrix } from "./reading/residue-order.ts";
export {
  MARKED_PAIRS,
  markedCells,
  offDiagonal,
  type PairReading,
  rankedPairs,
  readPair,
  type SimilarityMatrices,
} from "./reading/residue-pairs.ts";
