/** The cluster as a whole cannot go on: who is missing or differs, and the remedy. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}
