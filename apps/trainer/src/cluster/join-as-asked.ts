/** Joins the cluster that the command line or TF_CONFIG names, before anything of the run is read. */
import { tensorflowLibraries } from "@performer/tensorflow";
import { type Cluster, joinCluster } from "@performer/tensorflow/compiled";
import { type ClusterWishes, findMembership } from "./find-membership.ts";

export interface JoinWishes extends ClusterWishes {
  /** The clone, whose TensorFlow is taken. */
  readonly root: string;
  /** Hears for whom this process waits. */
  readonly log: (line: string) => void;
}

/**
 * @returns undefined where no cluster is asked for.
 * @throws {ClusterError} where a port is taken, or a worker does not come in time.
 */
export async function joinAsAsked({
  root,
  log,
  ...wishes
}: JoinWishes): Promise<Cluster | undefined> {
  const membership = await findMembership(wishes);
  if (membership === undefined) return undefined;
  const libraries = tensorflowLibraries(root);
  if (libraries === null) {
    throw new Error(
      "joinAsAsked: expected TensorFlow for training in a cluster, got none; run npm run performer -- setup",
    );
  }
  const { members, rank } = membership;
  const others = members.filter((_, index) => index !== rank);
  log(
    `${members[rank]?.name} of ${members.length}${rank === 0 ? ", the chief" : ""}; waiting for ${others.map(({ name, address }) => `${name} at ${address}`).join(", ") || "nobody"}`,
  );
  return joinCluster({ libraries, membership });
}
