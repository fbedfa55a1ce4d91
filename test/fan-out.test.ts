/**
 * Bulk embedding under a scheduler, without one at hand: the Kubernetes jobs against the types of the
 * Kubernetes API and against each other, the Slurm scripts run with the variables that Slurm sets.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Job } from "kubernetes-types/batch/v1.js";
import * as ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
const manifest = (name: string): Job =>
  parse(readFileSync(join(root, "deploy/kubernetes", name), "utf8"));

/** What the compiler says of `values` as literals of the type Job: unknown fields and wrong types. */
function faultsOf(...values: unknown[]): string[] {
  const file = join(root, "test", "manifest-under-test.ts");
  const literals = values.map(
    (value, index) => `export const job${index}: Job = ${JSON.stringify(value)};`,
  );
  const source = `import type { Job } from "kubernetes-types/batch/v1.js";\n${literals.join("\n")}\n`;
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext)
      : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

const containerOf = ({ spec }: Job) => spec?.template.spec?.containers[0];

describe("the Kubernetes jobs", () => {
  const [embed, merge] = [manifest("embed-job.yaml"), manifest("merge-job.yaml")];

  test("are jobs of the API, by its types, which would refuse a misspelt field and a wrong value", () => {
    expect(faultsOf(embed, merge)).toEqual([]);
    for (const job of [embed, merge]) {
      expect([job.apiVersion, job.kind]).toEqual(["batch/v1", "Job"]);
    }
    const misspelt = { ...embed, spec: { ...embed.spec, completion: 8 } };
    const wrong = { ...embed, spec: { ...embed.spec, parallelism: "8" } };
    expect(faultsOf(misspelt, wrong)).toEqual([
      expect.stringMatching(/"completion".* does not exist in type 'JobSpec'/),
      expect.stringContaining("'string' is not assignable to type 'number'"),
    ]);
  });

  test("embed as many shards as there are completions, each pod the one of its index, and merge exactly these", () => {
    const { completions = 0, completionMode } = embed.spec ?? {};
    expect(completionMode).toBe("Indexed");
    const shard = containerOf(embed)?.env?.find(({ name }) => name === "SHARD");
    expect(shard?.valueFrom?.fieldRef?.fieldPath).toBe(
      "metadata.annotations['batch.kubernetes.io/job-completion-index']",
    );
    const args = containerOf(embed)?.args ?? [];
    expect(args[args.indexOf("--shard") + 1]).toBe(`$(SHARD)/${completions}`);
    const output = args[args.indexOf("--output") + 1] ?? "";
    expect(containerOf(merge)?.args?.filter((arg) => arg.endsWith(".arrow"))).toEqual(
      Array.from({ length: completions }, (_, index) => output.replace("$(SHARD)", String(index))),
    );
    // a pod that was lost goes on
    expect(args).toContain("--resume");
  });

  test.each([
    ["embed", embed],
    ["merge", merge],
  ])("%s: not root, read-only, no capabilities, no token, memory bounded", (_name, job) => {
    const pod = job.spec?.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(containerOf(job)).toMatchObject({
      securityContext: {
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ["ALL"] },
      },
      resources: { limits: { memory: expect.any(String) } },
    });
  });
});

describe("the Slurm scripts", () => {
  /** As Slurm would, with a command that only says what it was given. */
  const sbatch = async (script: string, args: string[], variables: Record<string, string> = {}) => {
    const folder = await mkdtemp(join(tmpdir(), "performer-slurm-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { PATH = "" } = process.env;
    const env = { PATH, PERFORMER: "echo performer", SLURM_SUBMIT_DIR: root, ...variables };
    return promisify(execFile)("bash", [join(root, "deploy/slurm", script), ...args], {
      cwd: folder,
      env,
    }).then(
      ({ stdout }) => stdout.trim(),
      ({ code, stderr }) => `${code}: ${stderr.trim()}`,
    );
  };
  const task = (id: number, min: number, max: number, count: number) => ({
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_MIN: String(min),
    SLURM_ARRAY_TASK_MAX: String(max),
    SLURM_ARRAY_TASK_COUNT: String(count),
  });

  test("a task of the array embeds the shard of its number", async () => {
    expect(await sbatch("embed.sbatch", ["in.fasta", "out"], task(5, 0, 7, 8))).toBe(
      "performer embed in.fasta --shard 5/8 --output out/shard-5.arrow --resume",
    );
  });

  test("a part of the array is told how many shards there are, or it would cut the input otherwise", async () => {
    const part = task(5, 3, 5, 2);
    expect(await sbatch("embed.sbatch", ["in.fasta", "out", "8"], part)).toContain("--shard 5/8");
    expect(await sbatch("embed.sbatch", ["in.fasta", "out"], part)).toMatch(/^2: .*got 3 to 5$/);
  });

  test("the merge names every shard, in order", async () => {
    expect(await sbatch("merge.sbatch", ["out", "3"])).toBe(
      "performer embed-merge out/shard-0.arrow out/shard-1.arrow out/shard-2.arrow --output out/embeddings.parquet",
    );
  });

  test("missing arguments, and a script that Slurm did not start, are said", async () => {
    expect(await sbatch("embed.sbatch", ["in.fasta"])).toMatch(/^2: embed\.sbatch: expected/);
    expect(await sbatch("merge.sbatch", ["out"])).toMatch(/^2: merge\.sbatch: expected/);
    expect(await sbatch("embed.sbatch", ["in.fasta", "out"])).toContain("run it as an array");
  });

  test("their directives stand before the first command, where sbatch reads them", () => {
    for (const script of ["embed.sbatch", "merge.sbatch"]) {
      const lines = readFileSync(join(root, "deploy/slurm", script), "utf8").split("\n");
      const firstCommand = lines.findIndex((line) => line !== "" && !line.startsWith("#"));
      const directives = lines.flatMap((line, index) =>
        line.startsWith("#SBATCH") ? [index] : [],
      );
      expect(directives.length).toBeGreaterThan(3);
      expect(Math.max(...directives)).toBeLessThan(firstCommand);
    }
  });
});
