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
