import { RunConfig } from "@performer/schema";
import type { Cluster } from "@performer/tensorflow/compiled";
import { describe, expect, test } from "vitest";
import { agreeOnStart, type SharedStart, type WorkerFacts } from "../src/cluster/agree-on-start.ts";
import { TINY_RUN } from "./worker.ts";

const FACTS: WorkerFacts = {
  config: RunConfig.parse(TINY_RUN),
  backend: "tensorflow graph, float32",
  sequences: 3,
  residues: 40,
  version: "1.0.0",
};
const START: SharedStart = {
  step: 6,
  position: { epoch: 1, rowsTaken: 4, batches: 6 },
  baseline: { perplexity: 18, accuracy: 0.1 },
};

/** What each member of a cluster gets, by members that meet in memory. */
function agreeAll(facts: readonly WorkerFacts[], versions = facts.map(() => "2.21.0")) {
  const members: Cluster["members"] = facts.map((_, index) => ({
    name: `worker:${index}`,
    task: { type: "worker", index },
    address: `127.0.0.1:${2000 + index}`,
  }));
  const say: ((text: string) => void)[] = [];
  const said = Promise.all(
    facts.map((_, rank) => new Promise<string>((resolve) => (say[rank] = resolve))),
  );
  return Promise.allSettled(
    facts.map((own, rank) => {
      const exchange = (text: string) => {
        say[rank]?.(text);
        return said;
      };
      const cluster = { members, version: versions[rank] ?? "", exchange };
      return agreeOnStart(cluster, own, rank === 0 ? START : undefined);
    }),
  );
}

describe("before the first step", () => {
  test("all take the chief's start", async () => {
    for (const outcome of await agreeAll([FACTS, FACTS, FACTS])) {
      expect(outcome).toEqual({ status: "fulfilled", value: START });
    }
  });

  const model = { ...FACTS.config.model, numLayers: 2 };
  test.each([
    ["release", { version: "1.0.1" }, "worker:1 has version 1.0.1, the chief 1.0.0"],
    [
      "precision",
      { backend: "tensorflow graph, bf16" },
      "worker:1 has backend tensorflow graph, bf16",
    ],
    ["config", { config: { ...FACTS.config, model } }, "worker:1 has config with SHA-256"],
    ["data", { residues: 41 }, "worker:1 has training data of 3 sequences and 41 residues"],
  ])("another %s on one worker stops every worker with its name", async (_what, other, message) => {
    const outcomes = await agreeAll([FACTS, { ...FACTS, ...other }, FACTS]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: { name: "ClusterError", message: expect.stringContaining(message) },
      });
    }
  });

  test("another TensorFlow on one worker likewise", async () => {
    const outcomes = await agreeAll([FACTS, FACTS], ["2.21.0", "2.20.0"]);
    expect(outcomes).toMatchObject([
      { reason: { message: expect.stringContaining("TensorFlow version 2.20.0") } },
      { reason: { message: expect.stringContaining("TensorFlow version 2.20.0") } },
    ]);
  });
});
