import { describe, expect, test } from "vitest";
import { devicePath, parseDevice, showOnly } from "../src/index.ts";

test("a device is read from its name", () => {
  expect(parseDevice("cpu")).toEqual({ kind: "cpu" });
  expect(parseDevice("gpu")).toEqual({ kind: "gpu" });
  expect(parseDevice("gpu:3")).toEqual({ kind: "gpu", index: 3 });
  for (const name of ["", "cuda", "gpu:", "gpu:-1", "cpu:1", "GPU"]) {
    expect(() => parseDevice(name), name).toThrow(`got "${name}"`);
  }
});

describe("one of several GPUs", () => {
  test("is the only one that TensorFlow sees, and so its first", () => {
    const environment: Record<string, string | undefined> = {};
    showOnly(parseDevice("gpu:2"), environment);
    expect(environment).toEqual({ CUDA_VISIBLE_DEVICES: "2" });
    expect(devicePath(parseDevice("gpu:2"))).toBe("/device:GPU:0");
  });

  test("counts among those that a scheduler gave", () => {
    const environment = { CUDA_VISIBLE_DEVICES: "4,6" };
    showOnly(parseDevice("gpu:1"), environment);
    expect(environment.CUDA_VISIBLE_DEVICES).toBe("6");
    expect(() => showOnly(parseDevice("gpu:2"), { CUDA_VISIBLE_DEVICES: "4,6" })).toThrow(
      "expected GPU 2 among those of CUDA_VISIBLE_DEVICES (4,6), got 2",
    );
  });

  test("a device without a number hides none", () => {
    const environment = {};
    for (const name of ["cpu", "gpu"]) showOnly(parseDevice(name), environment);
    expect(environment).toEqual({});
  });
});
