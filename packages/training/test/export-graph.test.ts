import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelTensors } from "@performer/checkpoint";
import { applyModel, disposeModel } from "@performer/performer";
import { collateSequences, TOKEN_NAMES } from "@performer/proteins";
import type { ModelConfigInput } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import { openSavedModel } from "@performer/tensorflow/compiled";
import { expectClose } from "@performer/testing";
import { openPython } from "@performer/testing/python";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoadedCheckpoint, loadCheckpoint } from "../src/checkpoint/load-checkpoint.ts";
import { saveCheckpoint } from "../src/checkpoint/save-checkpoint.ts";
import { exportGraph, type GraphFormat } from "../src/export/export-graph.ts";
import { exportSafetensors } from "../src/export/export-safetensors.ts";
import { tinyConfig, tinyModel } from "./fixture.ts";

const libraries = tensorflowLibraries(join(import.meta.dirname, "../../.."));

/** What differs in the operations of a graph. */
const KINDS: Record<string, Partial<ModelConfigInput>> = {
  "favor relu with local heads, rotary positions, token shift": {
    attention: { mechanism: "favor", numFeatures: 8, localHeads: 1, localWindow: 3 },
    positions: "rotary",
    tokenShift: true,
  },
  "favor softmax": {
    attention: {
      mechanism: "favor",
      featureMap: { kind: "softmax-positive" },
      numFeatures: 8,
    },
  },
  "favor relu, causal": {
    attention: { mechanism: "favor", numFeatures: 8 },
    direction: "causal",
  },
  exact: { attention: { mechanism: "exact" } },
};
const [ROWS, LENGTH] = [2, 10];

let folder: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  folder = await mkdtemp(join(tmpdir(), "export-graph-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function checkpointOf(name: string, model: Partial<ModelConfigInput>) {
  const created = tinyModel(tinyConfig({ model }));
  const directory = join(folder, name, "checkpoints");
  const path = await saveCheckpoint({ directory, name: "tiny", step: 3, model: created });
  disposeModel(created);
  return loadCheckpoint(path);
}

const batch = collateSequences([Uint8Array.of(1, 2, 3, 19, 24), Uint8Array.of(7, 7)], {
  length: LENGTH,
});

/** The eager model's answer for `batch`, at the positions that take part. */
function expectedOf({ model }: LoadedCheckpoint) {
  return tf.tidy(() => {
    const tokens = tf.tensor2d(batch.tokens, [ROWS, LENGTH], "int32");
    const paddingMask = tf.tensor2d(batch.paddingMask, [ROWS, LENGTH]);
    const { hidden, logits } = applyModel(model, { tokens, paddingMask });
    return { hidden: present(hidden.dataSync()), logits: present(logits.dataSync()) };
  });
}

function present(values: ArrayLike<number>): number[] {
  const width = values.length / batch.paddingMask.length;
  return Array.from(values).filter((_, i) => batch.paddingMask[Math.floor(i / width)] === 1);
}

const TOLERANCE = { rtol: 1e-4, atol: 2e-5 };

/** Without TensorFlow (WebAssembly fallback) there is no graph to export. */
describe.skipIf(libraries === null)("a model as a graph", () => {
  const exportOf = async (checkpoint: LoadedCheckpoint, format: GraphFormat, name: string) => {
    const output = join(folder, name);
    const options = { checkpoint, format, output, rows: ROWS, length: LENGTH };
    await exportGraph({ ...options, libraries: libraries! });
    return output;
  };

  test.each(Object.entries(KINDS))(
    "round trip through TensorFlow's loader: %s",
    async (name, kind) => {
      const checkpoint = await checkpointOf(name, kind);
      const directory = await exportOf(checkpoint, "saved-model", `${name} saved`);
      const session = openSavedModel(libraries!, directory);
      const shape = [ROWS, LENGTH];
      const [hidden, logits] = await session.run({
        feeds: {
          "inputs/tokens": { type: "int32", shape, values: batch.tokens },
          "inputs/paddingMask": { type: "float32", shape, values: batch.paddingMask },
        },
        fetches: ["outputs/hidden", "outputs/logits"],
      });
      await session.close();
      const expected = expectedOf(checkpoint);
      expectClose(present(hidden!.values as Float32Array), expected.hidden, TOLERANCE);
      expectClose(present(logits!.values as Float32Array), expected.logits, TOLERANCE);
      disposeModel(checkpoint.model);
    },
  );

  describe("tfjs", () => {
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer(async ({ url: path = "" }, response) => {
        response.end(await readFile(join(folder, decodeURIComponent(path))));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => server.close());

    test.each(Object.entries(KINDS))(
      "round trip through tf.loadGraphModel: %s",
      async (name, kind) => {
        const checkpoint = await checkpointOf(`${name} tfjs`, kind);
        await exportOf(checkpoint, "tfjs", `${name} graph`);
        const before = tf.memory().numTensors;
        const model = await tf.loadGraphModel(
          `${url}/${encodeURIComponent(`${name} graph`)}/model.json`,
        );
        const inputs = {
          paddingMask: tf.tensor2d(batch.paddingMask, [ROWS, LENGTH]),
          tokens: tf.tensor2d(batch.tokens, [ROWS, LENGTH], "int32"),
        };
        const outputs = model.execute(inputs, ["hidden", "logits"]) as tf.Tensor[];
        const [hidden, logits] = outputs.map((tensor) => present(tensor.dataSync()));
        const expected = expectedOf(checkpoint);
        expectClose(hidden!, expected.hidden, TOLERANCE);
        expectClose(logits!, expected.logits, TOLERANCE);
        tf.dispose([inputs, outputs]);
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
        disposeModel(checkpoint.model);
      },
    );
  });

  test("refuses a folder that is there and a length that the model does not take, and leaves nothing", async () => {
    const checkpoint = await checkpointOf("refused", KINDS["exact"]!);
    const options = { checkpoint, libraries: libraries!, format: "tfjs", rows: 1 } as const;
    const output = join(folder, "long");
    await expect(exportGraph({ ...options, output, length: 4096 })).rejects.toThrow("at most");
    await expect(exportGraph({ ...options, output: folder, length: 8 })).rejects.toThrow(
      "name another, or move it away",
    );
    expect(await readdir(folder)).not.toContain("long");
    disposeModel(checkpoint.model);
  });
});

test("safetensors: Python's library reads every weight bit for bit, with config and vocabulary", async () => {
  const checkpoint = await checkpointOf("weights", KINDS["favor softmax"]!);
  const path = join(folder, "weights.safetensors");
  await exportSafetensors(checkpoint, path);
  const python = await openPython();
  const printed = await python.run(
    `
import hashlib, json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as f:
    print(json.dumps([f.metadata(), {k: [list(f.get_tensor(k).shape), str(f.get_tensor(k).dtype), hashlib.sha256(f.get_tensor(k).tobytes()).hexdigest()] for k in f.keys()}]))`,
    [path],
  );
  const [metadata, tensors] = JSON.parse(printed);
  const expected = Object.entries(modelTensors(checkpoint.model)).map(([name, tensor]) => {
    const bytes = new Uint8Array((tensor.dataSync() as Float32Array).buffer);
    return [name, [tensor.shape, "float32", createHash("sha256").update(bytes).digest("hex")]];
  });
  expect(tensors).toEqual(Object.fromEntries(expected));
  expect(JSON.parse(metadata.model)).toEqual(checkpoint.model.config);
  expect(JSON.parse(metadata.vocabulary)).toEqual(TOKEN_NAMES);
  await expect(exportSafetensors(checkpoint, path)).rejects.toThrow("name another");
  expect((await stat(path)).size).toBeGreaterThan(0);
  disposeModel(checkpoint.model);
});
