/**
 * The workers of one training run, as TensorFlow's own TF_CONFIG writes them: a cluster.json is the value of
 * TF_CONFIG, with or without its `task`, and with the times that workers wait for each other.
 */
import { z } from "zod";

const PORT =
  "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const ADDRESS = new RegExp(`^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):${PORT}$`);

/** "host:port", that the other workers reach this one by. */
const Address = z.string().regex(ADDRESS, 'expected "host:port"');

export const ClusterTask = z.strictObject({
  type: z.enum(["chief", "worker"]),
  index: z.int().min(0),
});
export type ClusterTask = z.infer<typeof ClusterTask>;

/** How long a worker waits for the others before it stops with an error. */
export const ClusterTimeouts = z.strictObject({
  /** For all of them to have started. */
  joinSeconds: z.number().positive().default(300),
  /** In a step: longer than the slowest worker takes for one, its first, which compiles, included. */
  stepSeconds: z.number().positive().default(60),
  /** While the chief evaluates and saves. */
  pauseSeconds: z.number().positive().default(1800),
});
export type ClusterTimeouts = z.infer<typeof ClusterTimeouts>;

export const ClusterConfig = z
  .strictObject({
    cluster: z.strictObject({
      chief: z.array(Address).max(1).default([]),
      worker: z.array(Address).default([]),
    }),
    task: ClusterTask.optional(),
    timeouts: ClusterTimeouts.prefault({}),
    /** Of TF_CONFIG; it says nothing that matters here. */
    environment: z.string().optional(),
    rpc_layer: z.literal("grpc").optional(),
  })
  .check(({ value: { cluster, task }, issues }) => {
    const addresses = [...cluster.chief, ...cluster.worker];
    const complain = (path: string[], message: string) =>
      issues.push({ code: "custom", path, message, input: addresses });
    if (addresses.length === 0) complain(["cluster"], "expected at least one worker, got none");
    const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
    if (twice !== undefined) {
      complain(["cluster"], `expected a different address for each worker, got ${twice} twice`);
    }
    if (task !== undefined && cluster[task.type][task.index] === undefined) {
      complain(
        ["task"],
        `expected a task of the cluster (${taskNames(cluster).join(", ")}), got ${task.type}:${task.index}`,
      );
    }
  });
export type ClusterConfig = z.infer<typeof ClusterConfig>;

/** "chief:0", "worker:0", …: the chief first. */
function taskNames({ chief, worker }: ClusterConfig["cluster"]): string[] {
  return [
    ...chief.map((_, index) => `chief:${index}`),
    ...worker.map((_, index) => `worker:${index}`),
  ];
}
