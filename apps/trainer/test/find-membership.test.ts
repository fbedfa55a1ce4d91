import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterWishes, findMembership } from "../src/cluster/find-membership.ts";

const CLUSTER = { cluster: { worker: ["a:1", "b:2"] } };
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "performer-membership-"));
  file = join(folder, "cluster.json");
  await writeFile(file, JSON.stringify(CLUSTER));
});
afterAll(() => rm(folder, { recursive: true }));

const variable = (config: object) => ({ TF_CONFIG: JSON.stringify(config) });

test("neither file nor TF_CONFIG: the process trains alone", async () => {
  expect(await findMembership({ environment: {} })).toBeUndefined();
  expect(await findMembership({ environment: { TF_CONFIG: " " } })).toBeUndefined();
});

test("the first worker is the chief, and a chief of its own goes before the workers", async () => {
  const own = await findMembership({ cluster: file, task: "worker:1", environment: {} });
  expect(own?.rank).toBe(1);
  expect(own?.members.map(({ name }) => name)).toEqual(["worker:0", "worker:1"]);
  const config = {
    cluster: { ...CLUSTER.cluster, chief: ["c:3"] },
    task: { type: "worker", index: 0 },
  };
  const led = await findMembership({ environment: variable(config) });
  expect(led?.members.map(({ name }) => name)).toEqual(["chief:0", "worker:0", "worker:1"]);
  expect(led?.rank).toBe(1);
});

test("what is typed goes before TF_CONFIG: the file before its cluster, --task before its task", async () => {
  const environment = variable({
    cluster: { worker: ["x:1", "y:1", "z:1"] },
    task: { type: "worker", index: 2 },
  });
  const typed = await findMembership({ cluster: file, task: "worker:0", environment });
  expect(typed?.members.map(({ address }) => address)).toEqual(["a:1", "b:2"]);
  expect((await findMembership({ task: "worker:1", environment }))?.rank).toBe(1);
});

test.each<[string, ClusterWishes, RegExp]>([
  ["a task without a cluster", { task: "worker:0" }, /expected a cluster for --task worker:0/],
  ["a cluster without a task", { cluster: "FILE" }, /add --task worker:0/],
  ["a task that is none", { cluster: "FILE", task: "worker" }, /expected --task worker:INDEX/],
  [
    "a task past the end",
    { cluster: "FILE", task: "worker:2" },
    /worker:0, worker:1\), got worker:2/,
  ],
  ["a file that is not there", { cluster: "none.json", task: "worker:0" }, /ENOENT.*host:port/],
  ["a variable that is no JSON", { environment: { TF_CONFIG: "{" } }, /TF_CONFIG is not JSON/],
  [
    "a variable with a wrong field",
    { environment: variable({ cluster: { worker: ["a"] } }) },
    /TF_CONFIG: cluster\.worker\.0/,
  ],
])("refuses by name: %s", async (_what, wishes, message) => {
  const cluster = wishes.cluster === "FILE" ? file : wishes.cluster;
  await expect(findMembership({ environment: {}, ...wishes, cluster })).rejects.toThrow(message);
});
