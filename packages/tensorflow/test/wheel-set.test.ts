import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { DEVICES, deviceFromEnvironment, spawnRunner } from "../src/index.ts";
import { isAtLeast } from "../src/install/host.ts";
import { findPython } from "../src/install/prerequisites.ts";
import { lockedVersion, shippedFile, wheelSetFor } from "../src/install/wheel-set.ts";
import { LINUX } from "./support/fake-machine.ts";

test("PERFORMER_DEVICE chooses the device: cpu when silent, an error that lists the choices otherwise", () => {
  expect(deviceFromEnvironment({})).toBe("cpu");
  expect(deviceFromEnvironment({ PERFORMER_DEVICE: "" })).toBe("cpu");
  expect(deviceFromEnvironment({ PERFORMER_DEVICE: " GPU " })).toBe("gpu");
  expect(deviceFromEnvironment({ PERFORMER_DEVICE: "tpu" })).toBe("tpu");
  expect(() => deviceFromEnvironment({ PERFORMER_DEVICE: "cuda" })).toThrow(
    'expected PERFORMER_DEVICE to be one of cpu, gpu, tpu, got "cuda"',
  );
});

test("every device has wheels on Linux x86-64, each wheel locked by version and hash", async () => {
  for (const device of DEVICES) {
    const set = wheelSetFor(device, LINUX);
    if ("reason" in set) throw new Error(set.reason);
    expect(lockedVersion(set)).toMatch(/^2\.\d+\.\d+$/);
    const text = await readFile(shippedFile(`${set.name}.txt`), "utf8");
    const statements = text.replaceAll("\\\n", " ").split("\n");
    const requirements = statements.filter((line) => line !== "" && !line.startsWith("#"));
    for (const requirement of requirements) {
      expect(requirement).toMatch(/^[a-z0-9-]+==[\d.]+\s+--hash=sha256:[0-9a-f]{64}$/);
    }
  }
});

test("versions are compared part by part, as numbers", () => {
  expect(isAtLeast("2.36", "2.27")).toBe(true);
  expect(isAtLeast("2.9", "2.27")).toBe(false);
  expect(isAtLeast("3.8", "3.8")).toBe(true);
  expect(isAtLeast("21", "20.3")).toBe(true);
  expect(isAtLeast("20", "20.3")).toBe(false);
});

test("of a wheel only libraries, C headers and vendor libraries are unpacked, in their places", async () => {
  const folder = await mkdtemp(join(tmpdir(), "performer-wheel-"));
  try {
    const { command } = await findPython(spawnRunner);
    const members = {
      "tensorflow/libtensorflow_cc.so.2": "library",
      "tensorflow/include/tensorflow/c/c_api.h": "header",
      "tensorflow/include/tensorflow/c/BUILD": "",
      "tensorflow/include/Eigen/Core": "",
      "tensorflow/python/keras.py": "",
      "nvidia/cublas/lib/libcublas.so.12": "cuda",
      "nvidia/cublas/include/cublas.h": "",
      "nvidia/cuda_nvcc/bin/ptxas": "program",
      "numpy/numpy.so": "",
    };
    for (const [name, text] of Object.entries(members)) {
      const path = join(folder, "tree", name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { mode: name.endsWith("ptxas") ? 0o755 : 0o644 });
    }
    const pack =
      "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2]); shutil.move(sys.argv[1] + '.zip', sys.argv[1])";
    await mkdir(join(folder, "wheels"));
    const run = (args: string[]) => spawnRunner.run(command, args, { timeoutMs: 30_000 });
    await run(["-c", pack, join(folder, "wheels", "tf.whl"), join(folder, "tree")]);
    const result = await run([
      shippedFile("extract.py"),
      join(folder, "wheels"),
      join(folder, "site"),
    ]);
    expect(result).toMatchObject({ outcome: "succeeded", stderr: "" });

    const entries = await readdir(join(folder, "site"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual([
      ...["c_api.h", "libcublas.so.12", "libtensorflow_cc.so.2", "ptxas"],
    ]);
    const { mode } = await stat(join(folder, "site/nvidia/cuda_nvcc/bin/ptxas"));
    expect(mode & 0o100).toBe(0o100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
