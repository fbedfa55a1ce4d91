import "@tensorflow/tfjs";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import koffi from "koffi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  compileForward,
  exportSavedModel,
  type ForwardFunction,
  openProgram,
  type Program,
} from "../../src/compiled.ts";
import { floats } from "./host.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

const python = findPython();

describe.skipIf(!hasTensorFlow)("SavedModel", () => {
  let program: Program;
  let directory: string;
  beforeEach(async () => {
    await tf.setBackend("cpu");
    program = openProgram({ libraries });
    directory = await mkdtemp(join(tmpdir(), "saved-model-"));
    await program.variables.assign({ w: floats([1, -2, 0.5, 3], [2, 2]) });
  });
  afterEach(async () => {
    await program.close();
    await rm(directory, { recursive: true });
  });

  const dense: ForwardFunction = ({ x }, { variables }) => {
    const y = tf.tidy("dense", () =>
      tf.relu(tf.matMul(x as tf.Tensor, variables["w"] as tf.Tensor)),
    );
    return { y, best: tf.argMax(y, -1) };
  };
  const inputs = { x: { type: "float32" as const, shape: [1, 2] } };

  test("TensorFlow's own loader accepts it and finds the named nodes", async () => {
    await exportSavedModel(program, dense, { directory, inputs });
    expect(nodesOfSavedModel(directory, ["inputs/x", "dense/Relu", "absent"])).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("a function that draws random numbers is refused", async () => {
    const noisy: ForwardFunction = (_inputs, { uniform }) => ({ y: uniform([1]) });
    await expect(exportSavedModel(program, noisy, { directory, inputs })).rejects.toThrow(
      /draws random numbers/,
    );
  });

  test.skipIf(python === undefined)(
    "Python's TensorFlow loads it and computes the same numbers",
    { timeout: 120_000 },
    async () => {
      await exportSavedModel(program, dense, { directory, inputs });
      const { y, best } = await compileForward(
        program,
        "dense",
        dense,
      )({ x: floats([3, 4], [1, 2]) });
      const script = [
        "import sys, json, tensorflow as tf",
        "serve = tf.saved_model.load(sys.argv[1]).signatures['serving_default']",
        "out = serve(x=tf.constant([[3.0, 4.0]]))",
        "print(json.dumps([out['y'].numpy().tolist(), out['best'].numpy().tolist()]))",
      ].join("\n");
      const printed = execFileSync(python ?? "", ["-c", script, directory], { encoding: "utf8" });
      expect(JSON.parse(printed.trim().split("\n").at(-1) ?? "")).toEqual([
        [[...(y?.values ?? [])]],
        [...(best?.values ?? [])],
      ]);
    },
  );
});

/** An interpreter with TensorFlow: the project's cache, then the machine's. */
function findPython(): string | undefined {
  const cached = join(import.meta.dirname, "../../../../.cache/tensorflow-python/bin/python");
  return [cached, "python3"].find((command) => {
    if (command === cached && !existsSync(cached)) return false;
    try {
      const find = "import importlib.util as u, sys; sys.exit(u.find_spec('tensorflow') is None)";
      execFileSync(command, ["-c", find], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** Loads the folder with TF_LoadSessionFromSavedModel and looks for nodes. */
function nodesOfSavedModel(directory: string, names: readonly string[]): boolean[] {
  const library = koffi.load(libraries.tensorflow);
  const call = (name: string, result: string, parameters: string[]) =>
    library.func(`TF_${name}`, result, parameters);
  const [pointer, text] = ["void *", "str"];
  const status = call("NewStatus", pointer, [])();
  const graph = call("NewGraph", pointer, [])();
  const options = call("NewSessionOptions", pointer, [])();
  const load = call("LoadSessionFromSavedModel", pointer, [
    ...[pointer, pointer, text, "str *", "int"],
    ...[pointer, pointer, pointer],
  ]);
  load(options, null, directory, ["serve"], 1, graph, null, status);
  expect(call("Message", text, [pointer])(status)).toBe("");
  const find = call("GraphOperationByName", pointer, [pointer, text]);
  return names.map((name) => Boolean(find(graph, name)));
}
