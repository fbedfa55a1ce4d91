/**
 * A clone in a temporary folder and a machine on which pip, compiler and Node do what a test says.
 *
 * Every step writes the files that its program would write, first half of them and then the rest,
 * with `midway` called in between: that is where an interruption can be looked at.
 */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CommandResult, CommandRunner, Host } from "../../src/index.ts";

export const LINUX: Host = { platform: "linux", arch: "x64", glibc: "2.36" };

const STEPS = [
  "find python",
  "find compiler",
  "download wheel",
  "unpack wheel",
  "compile",
  "link",
  "probe",
  "install script",
] as const;
export type Step = (typeof STEPS)[number];

const succeeded = (stdout = ""): CommandResult => ({
  outcome: "succeeded",
  stdout,
  stderr: "",
});
export const failed = (stderr: string): CommandResult => ({
  outcome: "failed",
  stdout: "",
  stderr,
});
export const notFound: CommandResult = { outcome: "not-found", stdout: "", stderr: "" };
export const timedOut: CommandResult = { outcome: "timed-out", stdout: "", stderr: "" };

export interface FakeRunner extends CommandRunner {
  /** The steps that ran, in order. */
  readonly steps: Step[];
}

export function fakeRunner({
  outcomes = {},
  midway = async () => {},
}: {
  readonly outcomes?: Partial<Record<Step, CommandResult>>;
  readonly midway?: (step: Step) => Promise<void>;
} = {}): FakeRunner {
  const steps: Step[] = [];
  return {
    steps,
    run: async (command, args, { cwd }) => {
      const step = stepOf(args);
      steps.push(step);
      const [first, second] = filesOf(step, args, cwd ?? "");
      await writeAll(first);
      await midway(step);
      const outcome = outcomes[step];
      if (outcome !== undefined) return outcome;
      await writeAll(second);
      return succeeded(outputOf(step, command));
    },
  };
}

function stepOf(args: readonly string[]): Step {
  if (args.includes("pip")) return args.includes("download") ? "download wheel" : "find python";
  if (args[0]?.endsWith("extract.py")) return "unpack wheel";
  if (args[0]?.endsWith("install.js")) return "install script";
  if (args.includes("-shared")) return "link";
  if (args.includes("-c")) return "compile";
  if (args[0] === "-e") return "probe";
  if (args.includes("--version")) return "find compiler";
  throw new Error(`fakeRunner: expected a known command, got ${args.join(" ")}`);
}

/** Files of a step's first and second half. */
function filesOf(step: Step, args: readonly string[], cwd: string): [string[], string[]] {
  const after = (option: string) => args[args.indexOf(option) + 1] ?? "";
  switch (step) {
    case "download wheel":
      return [[join(after("--dest"), "pip-unpack/half")], [join(after("--dest"), "tf.whl")]];
    case "unpack wheel": {
      const folder = join(args[2] ?? "", "tensorflow");
      return [
        [join(folder, "libtensorflow_framework.so.2")],
        [join(folder, "libtensorflow_cc.so.2"), join(folder, "include/tensorflow/c/c_api.h")],
      ];
    }
    case "compile":
    case "link":
      return [[`${after("-o")}.tmp`], [after("-o")]];
    case "install script":
      return [
        [join(cwd, "deps/lib/libtensorflow.so.2")],
        [
          join(cwd, "lib/napi-v8/tfjs_binding.node"),
          join(cwd, "deps/lib/libtensorflow_framework.so.2"),
        ],
      ];
    default:
      return [[], []];
  }
}

function outputOf(step: Step, command: string): string {
  if (step === "find python") return `pip 24.0 from /usr/lib/${command}/pip (python 3.11)\n`;
  return step === "probe" ? "TF_Version=2.21.0\n" : "";
}

async function writeAll(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "");
  }
}

/** A clone with npm's packages installed and no runtime. Remove it with `rm`. */
export async function createClone(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "performer-clone-"));
  await writeFile(join(root, "package.json"), "{}");
  await installPackages(root);
  return root;
}

/** What `npm ci` does to node_modules: all is thrown away and put back. */
export async function installPackages(root: string): Promise<void> {
  const scope = join(root, "node_modules", "@tensorflow");
  await rm(join(root, "node_modules"), { recursive: true, force: true });
  await mkdir(scope, { recursive: true });
  const installed = dirname(
    createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json"),
  );
  for (const name of ["package.json", "binding", "binding.gyp", "scripts"]) {
    await cp(join(installed, name), join(scope, "tfjs-node", name), { recursive: true });
  }
  for (const name of ["tfjs-backend-wasm", "tfjs-core", "tfjs"]) {
    await symlink(join(dirname(installed), name), join(scope, name), "junction");
  }
}
