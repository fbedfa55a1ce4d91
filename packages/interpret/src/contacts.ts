/**
 * Which residues touch, read out of attention maps (Rao et al. 2021): maps made symmetric, freed of what
 * rows and columns have in common (average product correction), then weighed by a regression that came
 * with the model, or, where none did, averaged (docs/math.md, eq. T2, T3). The correction of a map is a
 * product of two vectors, so one L × L matrix is held however many heads there are.
 */
import { flattenTree, type PerformerModel } from "@performer/performer";
import { createPacer } from "./pacer.ts";
import { attentionBlocks } from "./recover-attention.ts";

export interface ContactMap {
  /** L, residues. */
  readonly length: number;
  /** "head": probabilities of the model's contact head. "average": corrected mean attention, about zero, no unit. */
  readonly method: "head" | "average";
  /** [L × L] symmetric. */
  readonly scores: Float32Array;
}

/** Above this the map is larger than what reads it. */
const MAX_MAP_BYTES = 512 * 2 ** 20;

/**
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence is empty, longer than the model takes, or of more than 11,585
 *   residues; and where the mechanism has no map.
 */
export async function predictContacts(
  model: PerformerModel,
  sequence: Uint8Array,
): Promise<ContactMap> {
  const L = sequence.length;
  if (4 * L ** 2 > MAX_MAP_BYTES) {
    throw new RangeError(
      `predictContacts: expected at most ${Math.floor(Math.sqrt(MAX_MAP_BYTES / 4))} residues, got ${L}, whose map of pairs would take ${Math.ceil((4 * L ** 2) / 2 ** 20)} MiB; give a part of the protein`,
    );
  }
  const head = await contactHead(model);
  const sums = await weighMaps(model, sequence, head);
  const scores = correct(sums, L);
  if (head !== null) {
    for (const [pair, score] of scores.entries()) {
      scores[pair] = 1 / (1 + Math.exp(-score - head.bias));
    }
  }
  return { length: L, method: head === null ? "average" : "head", scores };
}

interface ContactHead {
  /** [layers × H], layer by layer. */
  readonly weights: Float32Array;
  readonly bias: number;
}

async function contactHead({ config, parameters }: PerformerModel): Promise<ContactHead | null> {
  if (!config.contactHead) return null;
  const flat = flattenTree(parameters);
  const [weights, bias] = await Promise.all(
    ["contacts/kernel", "contacts/bias"].map((name) => flat[name]?.data<"float32">()),
  );
  return { weights: weights as Float32Array, bias: bias?.[0] as number };
}

/** A map, or a weighted sum of maps, that is corrected as one. */
interface CorrectedGroup {
  readonly weight: number;
  /** [L] Sums of the symmetric map's rows. */
  readonly rowSums: Float64Array;
}

interface WeighedMaps {
  /** [L × L] Σ weight · map, not symmetric yet. */
  readonly matrix: Float32Array;
  readonly groups: readonly CorrectedGroup[];
}

/** With a head each map is corrected by itself; without, their mean is. */
async function weighMaps(
  model: PerformerModel,
  sequence: Uint8Array,
  head: ContactHead | null,
): Promise<WeighedMaps> {
  const { numLayers, numHeads: H } = model.config;
  const L = sequence.length;
  const matrix = new Float32Array(L * L);
  const count = numLayers * H;
  const groupOf = (map: number) => (head === null ? 0 : map);
  const groups = Array.from({ length: head === null ? 1 : count }, (_, map) => ({
    weight: head?.weights[map] ?? 1,
    rowSums: new Float64Array(L),
  }));
  const breathe = createPacer();
  for (const { layer, firstRow, weights } of attentionBlocks(model, sequence)) {
    const values = await weights.data<"float32">();
    const rows = weights.shape[1];
    for (let h = 0; h < H; h++) {
      const map = layer * H + h;
      const { rowSums } = groups[groupOf(map)] as CorrectedGroup;
      const weight = head?.weights[map] ?? 1 / count;
      // a group's sums are of what is corrected: the map itself, or its part of the mean
      const share = head === null ? weight : 1;
      for (let row = 0; row < rows; row++) {
        const i = firstRow + row;
        const offset = (h * rows + row) * L;
        for (let j = 0; j < L; j++) {
          const value = values[offset + j] as number;
          matrix[i * L + j] = (matrix[i * L + j] as number) + weight * value;
          rowSums[i] = (rowSums[i] as number) + share * value;
          rowSums[j] = (rowSums[j] as number) + share * value;
        }
      }
    }
    await breathe();
  }
  return { matrix, groups };
}

/** [L × L]: the sum and its transpose, less Σ weight · rowSum_i rowSum_j / total of each group. */
function correct({ matrix, groups }: WeighedMaps, L: number): Float32Array {
  const scaled = groups.map(({ weight, rowSums }) => {
    const total = rowSums.reduce((sum, value) => sum + value, 0);
    return { factor: weight / total, rowSums };
  });
  const scores = new Float32Array(L * L);
  for (let i = 0; i < L; i++) {
    for (let j = i; j < L; j++) {
      let score = (matrix[i * L + j] as number) + (matrix[j * L + i] as number);
      for (const { factor, rowSums } of scaled) {
        score -= factor * (rowSums[i] as number) * (rowSums[j] as number);
      }
      scores[i * L + j] = score;
      scores[j * L + i] = score;
    }
  }
  return scores;
}
