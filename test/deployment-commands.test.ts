/**
 * Every command of deploy/Dockerfile, run outside a container. The commands are taken out of the file, so a
 * test cannot be right about another one.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lastOf, root, stages, text, wordsOf } from "./support/deployment-files.ts";

const run = promisify(execFile);
const HALF_AN_HOUR_MS = 1_800_000;
/** Stands for /, with /app and /data in it. */
let scratch: string;
const app = () => join(scratch, "app");
const here = (word: string) => word.replace(/^\/(app|data)(?=\/|$)/, `${scratch}/$1`);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "performer-image-"));
  await copyContext(app());
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** `COPY . .`: what git keeps, less what .dockerignore leaves out. */
async function copyContext(target: string): Promise<void> {
  const { stdout } = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: root,
      maxBuffer: 1e8,
    },
  );
  const ignored = text(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((pattern) => new RegExp(`^${toRegExp(pattern)}(/|$)`));
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  const kept = files.filter((file) => !ignored.some((pattern) => pattern.test(file)));
  expect(kept).toContain("package-lock.json");
  expect(kept).not.toContain("test/deployment.test.ts");
  for (const file of kept) await cp(join(root, file), join(target, file));
  // an image downloads TensorFlow; the tests of packages/tensorflow do that, here it is taken along
  await cp(join(root, ".runtime"), join(target, ".runtime"), { recursive: true });
}

const runsOf = (name: string) =>
  (stages.get(name)?.own ?? [])
    .filter((instruction) => instruction.getKeyword() === "RUN")
    .map((instruction) =>
      instruction
        .getArgumentsContent()
        ?.replace(/^(--\S+\s+)+/, "")
        .replaceAll(/(?<= )\/data/g, `${scratch}/data`),
    );

test(
  "the stage build installs, builds and drops what only development needs",
  async () => {
    const [system, ...commands] = runsOf("build") as string[];
    // packages of the system: whether they are there, not whether this machine should have them
    expect(system).toMatch(/^apt-get update && apt-get install --yes --no-install-recommends /);
    expect(commands.map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual([
      "npm ci --no-audit",
      "node setup/build.mjs",
      "node apps/cli/dist/main.js setup",
      "npm prune --omit=dev",
    ]);
    for (const command of commands) {
      await run("sh", ["-c", command], { cwd: app(), maxBuffer: 1e8 });
    }
    expect(existsSync(join(app(), "apps/dashboard/dist/index.html"))).toBe(true);
    expect(existsSync(join(app(), "node_modules/vitest"))).toBe(false);
  },
  HALF_AN_HOUR_MS,
);

test(
  "the stage api serves what was built, its health check says so, and it ends in order at SIGTERM",
  async () => {
    const [makeFolders] = runsOf("runtime") as string[];
    const [folders, owner] = (makeFolders as string).split(" && ");
    await run("sh", ["-c", folders as string]);
    expect(owner).toBe(`chown -R node:node ${scratch}/data`);
    const port = String(20_000 + (process.pid % 20_000));
    const words = [...wordsOf(lastOf("api", "ENTRYPOINT")), ...wordsOf(lastOf("api", "CMD"))];
    const [command = "", ...args] = words.map((word) => here(word === "8080" ? port : word));
    const check = healthCheckOf("api");
    const isHealthy = () => healthy(check, { PORT: port });
    expect(await isHealthy()).toBe(false);
    const server = start(command, args);
    try {
      while (!(await isHealthy())) {
        expect(server.child.exitCode, server.output()).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const url = `http://127.0.0.1:${port}`;
      const page = await fetch(url, { headers: { Accept: "text/html" } });
      expect(await page.text()).toContain("<script");
      const asked = await fetch(`${url}/v1/embeddings`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: '{"sequence": "MKTAYIAKQR", "include": "mean"}',
      });
      expect(asked.status, server.output()).toBe(200);
      expect(readdirSync(join(scratch, "data/store"))).toContain("experiments.sqlite");
    } finally {
      server.child.kill("SIGTERM");
    }
    expect(await server.ended).toBe(0);
  },
  HALF_AN_HOUR_MS,
);

test(
  "the stage trainer starts a run, goes on with it when it is started again, and its health check sees a silent one",
  async () => {
    const words = [
      ...wordsOf(lastOf("trainer", "ENTRYPOINT")),
      ...wordsOf(lastOf("trainer", "CMD")),
    ];
    const [command = "", ...args] = words.map(here);
    const check = healthCheckOf("trainer");
    const log = join(scratch, "data/runs/demo/events.jsonl");
    const isHealthy = () => healthy(check);
    expect(await isHealthy()).toBe(false);
    for (const starts of [1, 2]) {
      const trainer = start(command, args);
      const hasStepped = async () => {
        const lines = (await readFile(log, "utf8").catch(() => "")).split("\n");
        const kinds = lines.filter(Boolean).map((line) => JSON.parse(line).type);
        const started = kinds.filter((kind) => kind === "start").length;
        return started === starts && kinds.lastIndexOf("step") > kinds.lastIndexOf("start");
      };
      while (!(await hasStepped())) {
        expect(trainer.child.exitCode, trainer.output()).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      expect(await isHealthy()).toBe(true);
      trainer.child.kill("SIGTERM");
      expect(await trainer.ended, trainer.output()).toBe(130);
    }
    await utimes(log, 0, 0);
    expect(await isHealthy()).toBe(false);
  },
  HALF_AN_HOUR_MS,
);

const healthCheckOf = (name: string): string[] => {
  const check = lastOf(name, "HEALTHCHECK")?.getArgumentsContent() as string;
  return JSON.parse(check.slice(check.indexOf("["))).map(here);
};

const healthy = ([command = "", ...args]: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(command, args, { cwd: app(), env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  );

function start(command: string, args: readonly string[]) {
  const child: ChildProcess = spawn(command, args, {
    cwd: app(),
    env: { ...process.env, NODE_ENV: "production" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output, ended: once(child, "close").then(([code]) => code) };
}

/** A pattern of .dockerignore as it is used here: names, `*` within one, and a leading ** for any depth. */
const toRegExp = (pattern: string) =>
  pattern
    .replaceAll(".", "\\.")
    .replaceAll(/(?<!\*)\*(?!\*)/g, "[^/]*")
    .replace(/^\*\*\//, "(.*/)?");
