/** Cosine similarity of the (tied) token embeddings: a control for the similarity from attention. */
import { flattenTree, type PerformerModel } from "@performer/performer";
import { STANDARD_RESIDUES } from "@performer/proteins";

/**
 * 20 × 20 in the order of STANDARD_RESIDUES.
 * @throws {RangeError} where the model has no "embedding/token" of [V, E].
 */
export async function embeddingSimilarity(model: PerformerModel): Promise<number[][]> {
  const embedding = flattenTree(model.parameters)["embedding/token"];
  const E = model.config.embeddingSize;
  if (embedding?.shape[1] !== E) {
    throw new RangeError(
      `embeddingSimilarity: expected a parameter embedding/token [V, ${E}], got ${embedding ? `[${embedding.shape}]` : "none"}`,
    );
  }
  const values = await embedding.data<"float32">();
  const vectors = Array.from(STANDARD_RESIDUES, (_, residue) =>
    values.subarray(residue * E, (residue + 1) * E),
  );
  return vectors.map((first) => vectors.map((second) => cosine(first, second)));
}

function cosine(first: Float32Array, second: Float32Array): number {
  let product = 0;
  let firstSquare = 0;
  let secondSquare = 0;
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i] as number, second[i] as number];
    product += a * b;
    firstSquare += a * a;
    secondSquare += b * b;
  }
  const norm = Math.sqrt(firstSquare * secondSquare);
  return norm > 0 ? product / norm : 0;
}
