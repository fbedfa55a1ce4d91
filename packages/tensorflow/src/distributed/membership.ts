/** Who takes part in a run, and which of them this process is: a cluster.json with its task as plain data. */
import type { ClusterConfig, ClusterTask, ClusterTimeouts } from "@performer/schema";

export interface Member {
  /** "worker:1" */
  readonly name: string;
  readonly task: ClusterTask;
  /** "host:port" */
  readonly address: string;
}

export interface Membership {
  /** The chief first. Equal on every worker. */
  readonly members: readonly Member[];
  /** This process's place among the members; 0: the chief. */
  readonly rank: number;
  readonly timeouts: ClusterTimeouts;
}

/** @throws {RangeError} where the cluster has no such task. */
export function membershipOf({ cluster, timeouts }: ClusterConfig, task: ClusterTask): Membership {
  const members = (["chief", "worker"] as const).flatMap((type) =>
    cluster[type].map((address, index) => ({
      name: `${type}:${index}`,
      task: { type, index },
      address,
    })),
  );
  const rank = members.findIndex(({ name }) => name === `${task.type}:${task.index}`);
  if (rank < 0) {
    const names = members.map(({ name }) => name).join(", ");
    throw new RangeError(
      `membershipOf: expected a task of the cluster (${names}), got ${task.type}:${task.index}; change --task or the cluster file`,
    );
  }
  return { members, rank, timeouts };
}

/** TensorFlow's name of a worker, where its devices are: "/job:worker/replica:0/task:1". */
export function taskPath({ task: { type, index } }: Member): string {
  return `/job:${type}/replica:0/task:${index}`;
}
