/**
 * Clusters of vectors by Lloyd's k-means from k-means++ centres (Arthur and Vassilvitskii 2007): for
 * colouring a projection, where the clusters are of the vectors themselves and not of their picture.
 */
import { createStream, type RandomKey } from "@performer/random";

const MOST_ROUNDS = 100;

/**
 * The cluster of each vector, 0 the largest.
 * @param k clusters; no more than there are vectors.
 * @throws {RangeError} where k is not between 1 and the number of vectors.
 */
export function kMeans(
  vectors: readonly ArrayLike<number>[],
  { k, key }: { readonly k: number; readonly key: RandomKey },
): number[] {
  if (!(Number.isInteger(k) && k >= 1 && k <= vectors.length)) {
    throw new RangeError(
      `kMeans: expected 1 to ${vectors.length} clusters, one a vector at most, got ${k}`,
    );
  }
  let centres = firstCentres(vectors, k, key);
  let cluster: number[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = vectors.map((vector) => nearest(vector, centres).index);
    if (next.every((each, i) => each === cluster[i])) break;
    cluster = next;
    centres = centres.map((centre, index) => meanOf(vectors, cluster, index) ?? centre);
  }
  return bySize(cluster, k);
}

function firstCentres(vectors: readonly ArrayLike<number>[], k: number, key: RandomKey) {
  const stream = createStream(key);
  const centres = [vectors[stream.integer(vectors.length)] as ArrayLike<number>];
  while (centres.length < k) {
    const distances = vectors.map((vector) => nearest(vector, centres).distance);
    const total = distances.reduce((sum, distance) => sum + distance, 0);
    let left = stream.uniform() * total;
    let index = 0;
    while (index < vectors.length - 1 && left >= (distances[index] as number)) {
      left -= distances[index] as number;
      index += 1;
    }
    centres.push(vectors[index] as ArrayLike<number>);
  }
  return centres;
}

/** By squared distance. */
function nearest(vector: ArrayLike<number>, centres: readonly ArrayLike<number>[]) {
  let best = { index: 0, distance: Number.POSITIVE_INFINITY };
  for (const [index, centre] of centres.entries()) {
    let distance = 0;
    for (let i = 0; i < vector.length; i++) {
      distance += ((vector[i] as number) - (centre[i] as number)) ** 2;
    }
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}

/** undefined of an empty cluster, which keeps its centre. */
function meanOf(vectors: readonly ArrayLike<number>[], cluster: readonly number[], which: number) {
  const members = vectors.filter((_, i) => cluster[i] === which);
  const first = members[0];
  if (first === undefined) return undefined;
  return Float64Array.from(
    first,
    (_, i) => members.reduce((sum, member) => sum + (member[i] as number), 0) / members.length,
  );
}

function bySize(cluster: readonly number[], k: number): number[] {
  const sizes = Array.from({ length: k }, (_, which) => cluster.filter((c) => c === which).length);
  const order = [...sizes.keys()].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  return cluster.map((which) => order.indexOf(which));
}
