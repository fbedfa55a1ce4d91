import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { performer, startPerformer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

let runs: string;

beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), "serve-"));
  await saveTinyModel(join(runs, "tiny"));
});

const args = (port: number) => [
  "serve",
  "--port",
  String(port),
  "--runs",
  runs,
  "--models",
  join(runs, "no-models"),
  "--backend",
  "cpu",
];

it("serve prints its address, answers, refuses to share the port, and ends with 0 on Ctrl-C", async () => {
  const running = startPerformer(args(0));
  const [, url = "", port] = await running.until(/Serving on (http:\/\/127\.0\.0\.1:(\d+))/);
  const response = await fetch(`${url}/health`);
  expect(await response.json()).toMatchObject({ status: "ok", model: "tiny/step-00000001" });

  const second = await performer(args(Number(port)));
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toContain(`port ${port} of 127.0.0.1 is in use`);
  expect(second.stderr).toContain("--port");

  running.child.kill("SIGINT");
  const { exitCode, stderr } = await running.ended;
  expect(exitCode).toBe(0);
  expect(stderr).toContain("Closing");
});

it("serve with keys answers who carries one; SIGTERM drains: /ready says 503 first, and it ends with 0", async () => {
  const keys = join(runs, "keys.json");
  const key = (await performer(["keys", "create", "anna", "--file", keys])).stdout.trim();
  const options = ["--keys", keys, "--drain", "2", "--deadline", "30", "--rate-limit", "100"];
  const running = startPerformer([...args(0), ...options]);
  const [, url = ""] = await running.until(/Serving on (http:\S+)/);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  const headers = { Authorization: `Bearer ${key}` };
  expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200);
  await expect
    .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 20_000 })
    .toBe(200);

  running.child.kill("SIGTERM");
  await expect
    .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 1_900, interval: 20 })
    .toBe(503);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await running.ended).exitCode).toBe(0);
});
