/**
 * docker-compose.yml, its Dockerfile and what they bring along, without a Docker engine: by the schema of
 * Compose, by linters and by the rules of docs/deployment.md.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { DCLinter } from "dclint";
import type { Copy } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../apps/api/src/metrics.ts";
import {
  compose,
  instructions,
  lastOf,
  root,
  type Service,
  services,
  stages,
  text,
} from "./support/deployment-files.ts";

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
