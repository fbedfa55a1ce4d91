import type { HostTensor } from "@performer/tensorflow/compiled";
import { expect, test } from "vitest";
import { createReplicas } from "../src/step/replicas.ts";

const NAMES = ["kernel", "bias"];

/** Workers that meet in memory, each with the weights given. */
function replicasOf(weights: readonly (readonly number[])[]) {
  const say: ((text: string) => void)[] = [];
  const said = Promise.all(
    weights.map((_, rank) => new Promise<string>((resolve) => (say[rank] = resolve))),
  );
  return weights.map((values, rank) => {
    const cluster = {
      members: weights.map((_, index) => ({
        name: `worker:${index}`,
        task: { type: "worker" as const, index },
        address: `127.0.0.1:${2000 + index}`,
      })),
      exchange(text: string) {
        say[rank]?.(text);
        return said;
      },
    };
    const tensor: HostTensor = {
      type: "float32",
      shape: [values.length],
      values: Float32Array.from(values),
    };
    const read = async (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, tensor]));
    return createReplicas(cluster, { read }, NAMES);
  });
}

const compareAll = (replicas: ReturnType<typeof replicasOf>) =>
  Promise.allSettled(replicas.map((replica) => replica.compareWeights(12)));

test("equal weights pass on every worker", async () => {
  const outcomes = await compareAll(
    replicasOf([
      [1, 2],
      [1, 2],
      [1, 2],
    ]),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(Array(3).fill("fulfilled"));
});

test.each([
  ["the last bit", [1, 2 + 2 ** -22]],
  ["the sign of a zero", [1, -0]],
])(
  "%s of one weight on one worker stops every worker, with its name and the step",
  async (_what, other) => {
    const chief = other[1] === 0 ? [1, 0] : [1, 2];
    for (const outcome of await compareAll(replicasOf([chief, other, chief]))) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: {
          name: "ClusterError",
          message: expect.stringMatching(
            /of worker:0 on every worker at step 12, got others on worker:1;/,
          ),
        },
      });
    }
  },
);
