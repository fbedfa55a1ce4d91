import { existsSync } from "node:fs";
import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installRuntime, tensorflowLibraries } from "../src/index.ts";
import {
  createClone,
  failed,
  fakeRunner,
  installPackages,
  LINUX,
  notFound,
  timedOut,
} from "./support/fake-machine.ts";

let root: string;
beforeEach(async () => {
  root = await createClone();
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function install(options: Partial<Parameters<typeof installRuntime>[0]> = {}) {
  const lines: string[] = [];
  const runner = options.runner ?? fakeRunner();
  const runtime = await installRuntime({
    root,
    device: "cpu",
    host: LINUX,
    log: (line) => lines.push(line),
    ...options,
    runner,
  });
  return { runtime, lines, log: lines.join("\n"), steps: "steps" in runner ? runner.steps : [] };
}

const addonSeenByTfjsNode = () =>
  realpath(join(root, "node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node"));
const record = async () => JSON.parse(await readFile(join(root, ".runtime/runtime.json"), "utf8"));
const KEY = "tensorflow-2.21.0-cpu-linux-x64-tfjs-node-4.22.0";

describe("the wheel", () => {
  test("is taken first: found tools, download, unpack, build, probe, in this order", async () => {
    const { steps, runtime } = await install();
    expect(steps).toEqual([
      ...["find python", "find compiler", "download wheel", "unpack wheel"],
      ...["compile", "compile", "link", "probe"],
    ]);
    expect(runtime).toMatchObject({
      backend: "tensorflow",
      tensorflowVersion: "2.21.0",
      reasons: [],
    });
  });

  test("leaves libraries and addon, and neither wheel, headers nor staging", async () => {
    await install();
    const installed = join(root, ".runtime", KEY);
    expect(await addonSeenByTfjsNode()).toBe(
      await realpath(join(installed, "lib/napi-v8/tfjs_binding.node")),
    );
    expect(tensorflowLibraries(root)).toEqual({
      framework: join(installed, "site/tensorflow/libtensorflow_framework.so.2"),
      tensorflow: join(installed, "site/tensorflow/libtensorflow_cc.so.2"),
    });
    expect(existsSync(join(installed, "site/tensorflow/include"))).toBe(false);
    expect(existsSync(join(root, ".runtime", `staging-${KEY}`))).toBe(false);
  });

  test("ends with one line: runtime, version, threads, device and instruction sets", async () => {
    const { lines } = await install();
    expect(lines.at(-1)).toMatch(/^Runtime: TensorFlow 2\.21\.0, \d+ threads?, cpu \S.*$/);
  });
});

describe("repeated", () => {
  test("a second call runs no program and takes milliseconds", async () => {
    const first = await install();
    const runner = fakeRunner();
    const start = performance.now();
    const second = await install({ runner });
    expect(performance.now() - start).toBeLessThan(200);
    expect(runner.steps).toEqual([]);
    expect(second.lines).toEqual([first.lines.at(-1)]);
  });

  test("after npm ci the addon is linked again and nothing else is done", async () => {
    await install();
    await installPackages(root);
    await expect(addonSeenByTfjsNode()).rejects.toThrow("ENOENT");
    const { steps } = await install();
    expect(steps).toEqual([]);
    expect(await addonSeenByTfjsNode()).toContain(KEY);
  });

  test("an addon that npm's own script left in tfjs-node gives way to the link", async () => {
    await install();
    const link = join(root, "node_modules/@tensorflow/tfjs-node/lib/napi-v8");
    await rm(link);
    await fakeRunner().run("node", ["install.js"], {
      cwd: join(root, "node_modules/@tensorflow/tfjs-node"),
      timeoutMs: 0,
    });
    await install();
    expect(await addonSeenByTfjsNode()).toContain(KEY);
  });

  test("a runtime damaged by hand is installed anew", async () => {
    await install();
    await rm(join(root, ".runtime", KEY, "lib"), { recursive: true });
    const { steps, runtime } = await install();
    expect(steps).toContain("download wheel");
    expect(runtime.backend).toBe("tensorflow");
    expect(await addonSeenByTfjsNode()).toContain(KEY);
  });

  test("a route that failed is left alone for an hour, unless told to retry", async () => {
    const outcomes = { "download wheel": failed("no network") };
    await install({ runner: fakeRunner({ outcomes }) });
    const second = await install({ runner: fakeRunner() });
    expect(second.steps).toEqual([]);
    expect(second.log).toContain("not tried again");
    const third = await install({ runner: fakeRunner(), retry: true });
    expect(third.steps).toContain("download wheel");
    expect(third.runtime.reasons).toEqual([]);
  });

  test("a missing prerequisite is looked for at every call", async () => {
    await install({ runner: fakeRunner({ outcomes: { "find compiler": notFound } }) });
    const { runtime } = await install();
    expect(runtime.reasons).toEqual([]);
    expect((await record()).route).toBe("wheel");
  });
});

describe("order of fallback", () => {
  const noDownload = { "install script": failed("Error: connect ETIMEDOUT") } as const;

  test.each([
    [
      "no Python",
      { "find python": notFound },
      "no Python 3.8 or newer with pip 20.3 or newer (found: none)",
    ],
    ["no compiler", { "find compiler": notFound }, "no C++ compiler"],
    [
      "pip fails",
      { "download wheel": failed("ERROR: No matching distribution") },
      "No matching distribution",
    ],
    ["pip hangs", { "download wheel": timedOut }, "pip did not finish within 60 minutes"],
    ["the wheel does not unpack", { "unpack wheel": failed("BadZipFile") }, "BadZipFile"],
    [
      "the compiler fails",
      { compile: failed("tfjs_backend.cc:1:1: error: no member") },
      "tfjs_backend.cc:1:1: error: no member",
    ],
    [
      "the linker fails",
      { link: failed("ld: cannot find -ltensorflow") },
      "cannot find -ltensorflow",
    ],
  ])("%s: tfjs-node's own download, and the log says why", async (_, outcomes, reason) => {
    const { runtime, log } = await install({ runner: fakeRunner({ outcomes }) });
    expect(await record()).toMatchObject({ route: "download", device: "cpu" });
    expect(runtime.backend).toBe("tensorflow");
    expect(runtime.reasons.join()).toContain(reason);
    expect(log).toContain(`TensorFlow 2.21.0 for cpu: `);
    expect(log).toContain(reason);
    expect(await addonSeenByTfjsNode()).toContain("tfjs-node-4.22.0-download-cpu-linux-x64");
    expect(tensorflowLibraries(root)?.tensorflow).toContain("deps/lib/libtensorflow.so.2");
  });

  test("an addon that does not load is thrown away with its staging, and wasm runs", async () => {
    const runner = fakeRunner({ outcomes: { probe: failed("Illegal instruction") } });
    const { runtime, log } = await install({ runner });
    expect(runtime.backend).toBe("wasm");
    expect(log).toContain("the addon does not load on this machine: Illegal instruction");
    expect(existsSync(join(root, ".runtime", `staging-${KEY}`))).toBe(false);
    expect(existsSync(join(root, ".runtime", KEY))).toBe(false);
  });

  test("neither wheel nor download: WebAssembly, with both reasons and the final line", async () => {
    const outcomes = { "find python": notFound, ...noDownload };
    const { runtime, lines } = await install({ runner: fakeRunner({ outcomes }) });
    expect(runtime).toMatchObject({ backend: "wasm", threads: 1 });
    expect(runtime.reasons).toEqual([
      expect.stringContaining("wheel (cpu): no Python"),
      "download (cpu): connect ETIMEDOUT",
    ]);
    expect(lines.at(-1)).toMatch(
      /^Runtime: WebAssembly \(no TensorFlow\), 1 thread, cpu .* \(WebAssembly SIMD\)$/,
    );
    expect(tensorflowLibraries(root)).toBeNull();
  });

  test("macOS has no wheel with a C library: the download, without looking for Python", async () => {
    const { steps, log } = await install({
      host: { platform: "darwin", arch: "arm64", glibc: null },
    });
    expect(steps).toEqual(["install script", "probe"]);
    expect(log).toContain("TensorFlow publishes no cpu wheel with a C library for darwin-arm64");
  });

  test("musl is told apart from glibc before anything is downloaded", async () => {
    const { steps, log } = await install({ host: { ...LINUX, glibc: null } });
    expect(steps).not.toContain("download wheel");
    expect(log).toContain("needs glibc 2.27 or newer");
  });

  test("a GPU that cannot be had: the processor's wheel before the old download", async () => {
    let downloads = 0;
    const machine = fakeRunner();
    const { runtime } = await install({
      device: "gpu",
      runner: {
        run: async (command, args, options) => {
          const result = await machine.run(command, args, options);
          const isGpu = args.some((arg) => arg.endsWith("gpu-linux-x64.txt"));
          if (args.includes("download")) downloads += 1;
          return isGpu ? failed("ERROR: no space") : result;
        },
      },
    });
    expect(downloads).toBe(2);
    expect(await record()).toMatchObject({ requestedDevice: "gpu", device: "cpu", route: "wheel" });
    expect(runtime.reasons.join()).toContain(
      "wheel (gpu): pip could not download it: ERROR: no space",
    );
  });
});
