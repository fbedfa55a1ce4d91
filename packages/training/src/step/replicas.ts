/** The workers of a run, each with the same weights: where they meet besides the gradients of each step. */
import { createHash } from "node:crypto";
import { type Cluster, ClusterError, type Variables } from "@performer/tensorflow/compiled";

export interface Replicas {
  /**
   * Holds everybody's weights against the chief's, bit for bit.
   * @throws {ClusterError} on every worker, naming those that have other ones.
   */
  compareWeights(step: number): Promise<void>;
  /** Resolves when every worker has come here, the chief after its evaluation and its checkpoint. */
  meet(): Promise<void>;
}

/** @param parameters names of the variables that are compared. */
export function createReplicas(
  cluster: Pick<Cluster, "members" | "exchange">,
  variables: Pick<Variables, "read">,
  parameters: readonly string[],
): Replicas {
  return {
    async compareWeights(step) {
      const values = await variables.read(parameters);
      const hash = createHash("sha256");
      for (const name of parameters) hash.update(values[name]?.values as Float32Array);
      const hashes = await cluster.exchange(hash.digest("hex"), "step");
      const others = cluster.members.filter((_, rank) => hashes[rank] !== hashes[0]);
      if (others.length === 0) return;
      throw new ClusterError(
        `compareWeights: expected the weights of ${cluster.members[0]?.name} on every worker at step ${step}, got others on ${others.map(({ name }) => name).join(", ")}; let all workers run on processors of one kind, and resume from the last checkpoint`,
      );
    },
    async meet() {
      await cluster.exchange("", "pause");
    },
  };
}
