/** What every worker says, and how soon, when one of them is missing, stopped, cut off or in the way. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasTensorFlow } from "../compiled/libraries.ts";
import { repositoryRoot } from "../support/repository-root.ts";
import { freePorts, startMember } from "./member.ts";

const STEP_SECONDS = 2;
const plan = (addresses: readonly string[], index: number, timeouts = {}) => ({
  config: {
    cluster: { worker: addresses },
    timeouts: { joinSeconds: 60, stepSeconds: STEP_SECONDS, ...timeouts },
  },
  task: { type: "worker", index },
  optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0, gradientClip: 1 },
  start: { w: [1, 2, 3, 4, 5, 6], b: [0, 0] },
  batches: [[{ x: [1, 2, 3], y: [1, 2], mask: [1] }]],
  // more than the test waits for
  rounds: 1_000_000,
});
const loopback = async (count: number) =>
  (await freePorts(count)).map((port) => `127.0.0.1:${port}`);

const run = promisify(execFile);
const NAMESPACES = ["--user", "--map-root-user", "--net", "--mount"];

/** Where a container forbids namespaces, or iproute2 is not installed, no network can be cut. */
const canCutNetworks = await run("unshare", [
  ...NAMESPACES,
  ...["ip", "link", "add", "left", "type", "veth", "peer", "name", "right"],
]).then(
  () => true,
  () => false,
);

describe.skipIf(!hasTensorFlow)("a fault", () => {
  test("a worker that stops answering ends all others within the time of a step, and itself when it wakes", async () => {
    const addresses = await loopback(2);
    const [chief, worker] = [0, 1].map((index) => startMember(plan(addresses, index)));
    await worker?.says("updated 3");
    worker?.process.kill("SIGSTOP");
    const stoppedAt = performance.now();
    const end = await chief?.done;
    expect(end?.code).toBe(1);
    expect(end?.stderr).toMatch(
      /ClusterError: run: expected every worker within 2 s, got DEADLINE_EXCEEDED while all of worker:1 accept connections/,
    );
    expect(performance.now() - stoppedAt).toBeLessThan(1000 * STEP_SECONDS + 10_000);
    worker?.process.kill("SIGCONT");
    expect((await worker?.done)?.stderr).toContain("worker:0");
    expect((await worker?.done)?.code).toBe(1);
  });

  test("a worker that never starts is named, with its address", async () => {
    const addresses = await loopback(2);
    const { code, stderr } = await startMember(plan(addresses, 0, { joinSeconds: 1 })).done;
    expect(code).toBe(1);
    expect(stderr).toContain(
      `ClusterError: waitForMembers: expected every worker within 1 s, got no answer from worker:1 (${addresses[1]}: nothing listens there); start it`,
    );
  });

  test("a port that is taken is named, with the task that is there twice perhaps", async () => {
    const addresses = await loopback(2);
    const first = startMember(plan(addresses, 0));
    onTestFinished(() => {
      first.process.kill("SIGKILL");
    });
    await first.listens(addresses[0] ?? "");
    const { code, stderr } = await startMember(plan(addresses, 0)).done;
    expect(code).toBe(1);
    expect(stderr).toContain(`ClusterError: startServer: expected to open ${addresses[0]}`);
  });

  test.skipIf(!canCutNetworks)(
    "a partition of the network ends the workers on both sides of it",
    async () => {
      const addresses = ["10.77.0.1:2222", "10.77.0.2:2222"];
      const members = addresses.map((_, index) =>
        JSON.stringify({ root: repositoryRoot, ...plan(addresses, index) }),
      );
      const script = join(import.meta.dirname, "../programs/partition.sh");
      const program = join(import.meta.dirname, "../programs/cluster-member.mjs");
      const { stdout } = await run("unshare", [
        ...[...NAMESPACES, "bash", script, process.execPath, program, ...members],
      ]);
      const said = (rank: number) => new RegExp(`^${rank}: (.*)$`, "m").exec(stdout)?.[1];
      for (const [rank, other] of [1, 0].entries()) {
        expect(said(rank), stdout).toBe(
          `code 1 ClusterError: run: expected every worker to take part, got none of worker:${other} (${addresses[other]}: its host does not answer); look into its log, then resume on every worker`,
        );
      }
      expect(Number(/^seconds (\d+)$/m.exec(stdout)?.[1])).toBeLessThan(STEP_SECONDS + 15);
    },
  );
});
