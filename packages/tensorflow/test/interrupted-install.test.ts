/**
 * What a kill leaves behind. One installation runs to its end while the disk is copied in the
 * middle of each step: each copy is exactly what a process killed there would have left.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installRuntime, loadRuntime, tensorflowLibraries } from "../src/index.ts";
import { createClone, fakeRunner, LINUX, type Step } from "./support/fake-machine.ts";

const options = { device: "cpu", host: LINUX } as const;
const INTERRUPTIBLE = ["download wheel", "unpack wheel", "compile", "link", "probe"] as const;
/** What must not run again after an interruption in a step: all that was complete before it. */
const KEPT: Readonly<Record<(typeof INTERRUPTIBLE)[number], readonly Step[]>> = {
  "download wheel": [],
  "unpack wheel": ["download wheel"],
  compile: ["download wheel", "unpack wheel"],
  link: ["download wheel", "unpack wheel"],
  probe: ["download wheel", "unpack wheel", "compile", "link"],
};

let original: string;
let copies: string;
const copyAt = (step: Step) => join(copies, step.replace(" ", "-"));

beforeAll(async () => {
  [original, copies] = await Promise.all([
    createClone(),
    mkdtemp(join(tmpdir(), "performer-kill-")),
  ]);
  const taken = new Set<Step>();
  const runner = fakeRunner({
    midway: async (step) => {
      if (taken.has(step)) return; // the first of two compilations
      taken.add(step);
      await cp(original, copyAt(step), { recursive: true, verbatimSymlinks: true });
    },
  });
  await installRuntime({ root: original, ...options, runner });
});
afterAll(() =>
  Promise.all([original, copies].map((folder) => rm(folder, { recursive: true, force: true }))),
);

async function deadProcessId(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

test.each(INTERRUPTIBLE)("killed during '%s': nothing usable is left", async (step) => {
  const root = copyAt(step);
  expect(tensorflowLibraries(root)).toBeNull();
  const runtime = await loadRuntime({ root });
  expect(runtime.backend).toBe("wasm");
  expect(runtime.reasons.join()).toContain("it has not been installed");
});

test.each(INTERRUPTIBLE)(
  "killed during '%s': the next run finishes, and keeps what was complete",
  async (step) => {
    const root = copyAt(step);
    const lock = { pid: await deadProcessId(), host: hostname() };
    await writeFile(join(root, ".runtime/install.lock"), JSON.stringify(lock));
    const runner = fakeRunner();
    const runtime = await installRuntime({ root, ...options, runner });
    expect(runtime.backend).toBe("tensorflow");
    for (const kept of KEPT[step]) expect(runner.steps).not.toContain(kept);
    expect((await readdir(join(root, ".runtime"))).sort()).toEqual(
      (await readdir(join(original, ".runtime"))).sort(),
    );
  },
);
