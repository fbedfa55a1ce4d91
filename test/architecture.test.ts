/** Holds the rules of ARCHITECTURE.md: who may import whom, and what may not be imported at all. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Workspace → workspaces that its sources may import. */
const ALLOWED: Record<string, readonly string[]> = {
  "packages/durable-files": [],
  "packages/file-lock": [],
  "packages/download": ["durable-files", "file-lock"],
  "packages/random": [],
  "packages/schema": [],
  "packages/store": ["schema"],
  "packages/proteins": ["random", "schema"],
  "packages/performer": ["random", "schema"],
  "packages/checkpoint": ["schema", "proteins", "performer"],
  "packages/interpret": ["random", "schema", "performer", "proteins"],
  "packages/tensorflow": ["file-lock", "random", "schema", "performer"],
  "packages/embedding-files": ["checkpoint", "durable-files", "file-lock", "schema"],
  "packages/training": [
    "durable-files",
    "file-lock",
    "random",
    "schema",
    "proteins",
    "performer",
    "checkpoint",
    "tensorflow",
  ],
  "packages/charts": [],
  "packages/testing": [],
  "apps/trainer": ["random", "schema", "proteins", "performer", "training", "tensorflow"],
  "apps/api": [
    "checkpoint",
    "durable-files",
    "embedding-files",
    "file-lock",
    "random",
    "schema",
    "store",
    "proteins",
    "performer",
    "interpret",
    "training",
    "tensorflow",
  ],
  "apps/cli": [
    "download",
    "durable-files",
    "random",
    "schema",
    "proteins",
    "performer",
    "checkpoint",
    "embedding-files",
    "interpret",
    "training",
    "tensorflow",
    "charts",
    "trainer",
    "api",
  ],
  "data-scripts": ["download", "durable-files", "file-lock", "schema", "proteins"],
  "apps/dashboard": [
    "random",
    "schema",
    "performer",
    "proteins",
    "checkpoint",
    "interpret",
    "charts",
  ],
};

/** Packages that run in a browser: their sources know no Node module (adapters in node.ts excepted). */
const PLATFORM_FREE = [
  "random",
  "schema",
  "store",
  "proteins",
  "performer",
  "checkpoint",
  "interpret",
  "charts",
];

type Import = { file: string; specifier: string };

const sourcesOf = (workspace: string): string[] =>
  readdirSync(join(root, workspace, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(root, workspace, "src", name));

const importsOf = (file: string): Import[] =>
  [...readFileSync(file, "utf8").matchAll(/(?<!")\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    (match) => ({
      file: relative(root, file),
      specifier: match[1] as string,
    }),
  );

const workspaces = [
  ...["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  ),
  "data-scripts",
];

test("experiments import packages and the trainer through their exports, and nobody imports them", () => {
  const folder = join(root, "experiments");
  const imports = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => importsOf(join(folder, name)));
  const packages = readdirSync(join(root, "packages"));
  const foreign = imports.filter(({ file, specifier }) => {
    if (specifier.startsWith(".")) {
      const target = join(file, "..", specifier);
      return !target.startsWith("experiments/") && target !== "bench/train/machine.ts";
    }
    const [scope, name = "", ...deeper] = specifier.split("/");
    if (scope !== "@performer") return false;
    return ![...packages, "trainer"].includes(name) || deeper.length > 1 || deeper[0] === "src";
  });
  expect(foreign).toEqual([]);
  const importers = workspaces
    .flatMap(sourcesOf)
    .flatMap(importsOf)
    .filter(({ specifier }) => specifier.includes("/experiments/"));
  expect(importers).toEqual([]);
});

describe.each(workspaces)("%s", (workspace) => {
  const imports = sourcesOf(workspace).flatMap(importsOf);

  test("imports only the workspaces below it, through their exports", () => {
    const allowed = ALLOWED[workspace];
    expect(allowed, `${workspace} has no row in the table above`).toBeDefined();
    const foreign = imports.filter(({ specifier }) => {
      if (!specifier.startsWith("@performer/")) return false;
      const [, name = "", ...deeper] = specifier.split("/");
      return !allowed?.includes(name) || deeper.length > 1 || deeper[0] === "src";
    });
    expect(foreign).toEqual([]);
  });

  test("reaches no other workspace by a relative path", () => {
    const escaping = imports.filter(
      ({ file, specifier }) =>
        specifier.startsWith(".") &&
        !join(file, "..", specifier).startsWith(join(workspace, "src")) &&
        !specifier.endsWith("package.json"),
    );
    expect(escaping).toEqual([]);
  });

  if (PLATFORM_FREE.some((name) => workspace === `packages/${name}`)) {
    test("knows no Node module outside its node adapter", () => {
      const node = imports.filter(
        ({ file, specifier }) =>
          specifier.startsWith("node:") && !/\/src\/node(\.ts|\/)/.test(file),
      );
      expect(node).toEqual([]);
    });
  }

  test("imports nothing that its package.json does not name", () => {
    const manifest = JSON.parse(readFileSync(join(root, workspace, "package.json"), "utf8"));
    const declared = new Set(Object.keys(manifest.dependencies ?? {}));
    const undeclared = imports.filter(({ specifier }) => {
      if (/^(\.|node:)/.test(specifier)) return false;
      const parts = specifier.split("/");
      const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
      return !declared.has(name as string);
    });
    expect(undeclared).toEqual([]);
  });
});
