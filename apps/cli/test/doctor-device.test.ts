import { join } from "node:path";
import { tensorflowLibraries } from "@performer/tensorflow";
import { describe, expect, it } from "vitest";
import type { Check } from "../src/clone-checks.ts";
import { performer } from "./support/performer.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** The runtime of the tests is that of the processor. */
describe.skipIf(tensorflowLibraries(ROOT) === null)("performer doctor --device", () => {
  it("cpu: the step, XLA and collective operations compute what the reference does", async () => {
    const { exitCode, stdout, stderr } = await performer(["doctor", "--device", "cpu", "--json"]);
    expect(exitCode, stdout + stderr).toBe(0);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ["runtime", true],
      ["device", true],
      ["training step", true],
      ["bf16", true],
      ["XLA", true],
      ["server", true],
    ]);
    const detail = (name: string) => checks.find((check) => check.name === name)?.detail;
    expect(detail("training step")).toMatch(
      /within \de[+-]\d+ of eager float32; all \d+ matrix products on \/device:CPU:0/,
    );
    expect(detail("XLA")).toMatch(/[1-9]\d* compiled clusters/);
  });

  it("gpu, where there is none: what was computed elsewhere fails by name, with exit code 1", async () => {
    const { exitCode, stdout, stderr } = await performer(["doctor", "--device", "gpu"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAILED {2}runtime: .*performer setup --device gpu$/m);
    expect(stdout).toMatch(/^FAILED {2}device: expected \/device:GPU:0, got .*CPU:0/m);
    expect(stdout).toMatch(/^FAILED {2}training step: .*got (\d+) of \1 on .*CPU:0$/m);
    expect(stdout).toMatch(/^FAILED {2}XLA: /m);
    expect(stderr).toContain("error: doctor: runtime, device, training step, XLA: see above");
  });
});
