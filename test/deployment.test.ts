/**
 * docker-compose.yml, its Dockerfile and what they bring along, without a Docker engine: by the schema of
 * Compose, by linters, by the rules of docs/deployment.md, and by running every command outside a container.
 * The commands are taken out of the files, so a test cannot be right about another one.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Ajv from "ajv";
import { DCLinter } from "dclint";
import { type Copy, DockerfileParser, type Instruction, JSONInstruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../apps/api/src/metrics.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const text = (path: string) => readFileSync(join(root, path), "utf8");

interface Service {
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: object;
}
const compose = parse(text("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

/** Instructions of a stage, and of the stages that it is made from. */
const instructions = DockerfileParser.parse(text("deploy/Dockerfile")).getInstructions();
const stages = new Map<string, { base: string; own: Instruction[] }>();
for (const instruction of instructions) {
  const words = instruction.getArguments().map((argument) => argument.getValue());
  if (instruction.getKeyword() === "FROM") {
    stages.set(words[2] as string, { base: words[0] as string, own: [] });
  } else [...stages.values()].at(-1)?.own.push(instruction);
}
function stage(name: string): Instruction[] {
  const { base, own } = stages.get(name) as { base: string; own: Instruction[] };
  return stages.has(base) ? [...stage(base), ...own] : own;
}
const lastOf = (name: string, keyword: string) =>
  stage(name).findLast((instruction) => instruction.getKeyword() === keyword);

/** Words of an instruction in JSON form, such as CMD ["node", "x"]. */
function wordsOf(instruction: Instruction | undefined): string[] {
  expect(instruction).toBeInstanceOf(JSONInstruction);
  return (instruction as JSONInstruction)
    .getJSONStrings()
    .map((argument) => argument.getJSONValue());
}

describe("docker-compose.yml", () => {
  test("fits the schema of Compose, its anchors resolved", () => {
    const schemaPath = "node_modules/dclint/schemas/compose.schema.json";
    const { $schema, ...schema } = JSON.parse(text(schemaPath));
    const ajv = new Ajv.Ajv({ strict: false, validateFormats: false });
    expect(ajv.validate(schema, compose), ajv.errorsText()).toBe(true);
    expect(ajv.validate(schema, { services: { api: { port: 1 } } })).toBe(false);
  });

  test("passes the linter", () => {
    const rules = { "require-quotes-in-ports": [1, { quoteType: "double" }] } as const;
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    const results = linter.lintFiles([join(root, "docker-compose.yml")], false);
    expect(results.flatMap((result: { messages: unknown[] }) => result.messages)).toEqual([]);
  });

  test.each(services)(
    "%s: read-only root, no capabilities, loopback only, and its volumes are there",
    (_, service) => {
      expect(service.read_only).toBe(true);
      expect(service.tmpfs).toContain("/tmp");
      expect(service.cap_drop).toEqual(["ALL"]);
      expect(service.security_opt).toEqual(["no-new-privileges:true"]);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const volume of service.volumes ?? []) {
        const [source = ""] = volume.split(":");
        const isThere = source.startsWith("./")
          ? // data that a person brings; git does not keep it
            source === "./datasets" || existsSync(join(root, source))
          : Object.hasOwn(compose.volumes, source);
        expect(isThere, volume).toBe(true);
      }
    },
  );

  test.each(services)(
    "%s is built from a stage with a health check, or an image of one version with one",
    (_, service) => {
      if (service.build === undefined) {
        expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
        expect(service.healthcheck?.test[0]).toBe("CMD");
        return;
      }
      expect(service.build.dockerfile).toBe("deploy/Dockerfile");
      expect(lastOf(service.build.target, "HEALTHCHECK")).toBeDefined();
      expect(lastOf(service.build.target, "USER")?.getArgumentsContent()).toBe("node");
    },
  );

  test("the API alone without a profile; a trainer, a GPU and monitoring by one each", () => {
    const profiles = Object.fromEntries(
      services.map(([name, { profiles = [] }]) => [name, profiles]),
    );
    expect(profiles).toEqual({
      api: [],
      trainer: ["train"],
      "trainer-gpu": ["gpu"],
      prometheus: ["monitoring"],
      grafana: ["monitoring"],
    });
    expect(compose.services["trainer-gpu"]?.deploy).toMatchObject({
      resources: { reservations: { devices: [{ driver: "nvidia" }] } },
    });
  });
});

describe("deploy/Dockerfile", () => {
  test("passes the linter", () => {
    expect(validate(text("deploy/Dockerfile"))).toEqual([]);
  });

  test("starts from images of one major version, and copies from its own stages only", () => {
    const bases = [...stages.values()].map(({ base }) => base).filter((base) => !stages.has(base));
    for (const base of bases) expect(base).toMatch(/^node:\d+-\w+-slim$/);
    for (const instruction of instructions.filter((each) => each.getKeyword() === "COPY")) {
      const from = (instruction as Copy).getFlags().find((flag) => flag.getName() === "from");
      if (from !== undefined) expect([...stages.keys()]).toContain(from.getValue());
    }
  });
});

describe("monitoring", () => {
  const dashboard = JSON.parse(text("deploy/grafana/dashboards/performer.json"));
  const panels = dashboard.panels as {
    datasource: { uid: string };
    targets: { expr: string }[];
  }[];

  test("the dashboard asks for metrics that the API gives, and for each of them", async () => {
    const { text: exposed } = await createMetrics().read();
    const given = [...exposed.matchAll(/^# TYPE (performer_\w+)/gm)].map((match) => match[1]);
    const asked = panels
      .flatMap(({ targets }) => targets)
      .flatMap(({ expr }) => [...expr.matchAll(/performer_\w+/g)].map(([name]) => name))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ""));
    expect([...new Set(asked)].sort()).toEqual(given.sort());
  });

  test("panels, data source and providers name each other, and Prometheus the port of the API", () => {
    const provisioning = "deploy/grafana/provisioning";
    const { datasources } = parse(text(`${provisioning}/datasources/prometheus.yml`));
    for (const panel of panels) expect(panel.datasource.uid).toBe(datasources[0].uid);
    expect(datasources[0].url).toBe("http://prometheus:9090");
    const { providers } = parse(text(`${provisioning}/dashboards/performer.yml`));
    const mounted = compose.services["grafana"]?.volumes?.find((volume) =>
      volume.includes("dashboards"),
    );
    expect(mounted).toBe(`./deploy/grafana/dashboards:${providers[0].options.path}:ro`);
    const { scrape_configs: scraped } = parse(text("deploy/prometheus/prometheus.yml"));
    const port = lastOf("api", "EXPOSE")?.getArgumentsContent();
    expect(scraped[0].static_configs[0].targets).toEqual([`api:${port}`]);
    expect(compose.services["api"]?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  });
});

describe("every command, outside a container", () => {
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

  test.each(["grafana", "prometheus"])(
    "the health check of %s asks an address of its own port",
    (name) => {
      const { ports, healthcheck } = compose.services[name] as Service;
      const [, command, ...args] = healthcheck?.test ?? [];
      // busybox's wget, which both images have
      expect([command, ...args.slice(0, 2)]).toEqual(["wget", "--quiet", "--spider"]);
      expect(ports?.[0]).toContain(`:${new URL(args[2] as string).port}:`);
    },
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
});

/** A pattern of .dockerignore as it is used here: names, `*` within one, and a leading ** for any depth. */
const toRegExp = (pattern: string) =>
  pattern
    .replaceAll(".", "\\.")
    .replaceAll(/(?<!\*)\*(?!\*)/g, "[^/]*")
    .replace(/^\*\*\//, "(.*/)?");
