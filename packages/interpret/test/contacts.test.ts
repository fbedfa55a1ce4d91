/** Contacts out of attention, against transformers' contact head and against the formulas written out. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { predictContacts, recoverAttention } from "@performer/interpret";
import { encodeSequence } from "@performer/proteins";
import { expectClose } from "@performer/testing";
import { importEsm, loadCheckpoint } from "@performer/training";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { ESM_CASES, esmFixture, fixtureFolder } from "../../training/test/esm-fixture.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(() => tf.setBackend("cpu"));

describe("contact head", () => {
  // the rows of the fixtures that are residues alone, and one residue
  const TEXTS = { 0: "MKTAYIAKQRQISFVKSHFSRQ", 3: "G" } as const;

  test.each(ESM_CASES)(
    "%s: contacts are those of transformers, whatever padded the batch there",
    async (name) => {
      const folder = await mkdtemp(join(tmpdir(), "performer-contacts-"));
      await importEsm({ source: fixtureFolder(name), output: join(folder, "model") });
      const { model } = await loadCheckpoint(join(folder, "model"));
      const expected = (await esmFixture(name)).tensor("contacts");
      for (const [row, text] of Object.entries(TEXTS)) {
        const { length, method, scores } = await predictContacts(model, encodeSequence(text));
        expect({ length, method }).toEqual({ length: text.length, method: "head" });
        const reference = tf.slice(expected, [Number(row), 0, 0], [1, length, length]);
        expectClose(scores, reference.dataSync(), { rtol: 1e-4, atol: 1e-4 });
      }
      await rm(folder, { recursive: true });
    },
  );
});

describe("contacts without a head", () => {
  test.each(["exact", "relu"])(
    "%s: the mean map, made symmetric and corrected",
    async (mechanism) => {
      const model = tinyModel({ attention: mechanisms[mechanism] ?? { mechanism: "exact" } });
      const sequence = drawSequence(17);
      const { method, scores } = await predictContacts(model, sequence);
      expect(method).toBe("average");

      const { maps, length } = await recoverAttention(model, sequence);
      const mean = (i: number, j: number) =>
        maps.flat().reduce((sum, map) => sum + (map[i * length + j] as number), 0) /
        maps.flat().length;
      const all = Array.from({ length }, (_, i) => i);
      const symmetric = (i: number, j: number) => mean(i, j) + mean(j, i);
      const rowSum = (i: number) => all.reduce((sum, j) => sum + symmetric(i, j), 0);
      const total = all.reduce((sum, i) => sum + rowSum(i), 0);
      const expected = all.flatMap((i) =>
        all.map((j) => symmetric(i, j) - (rowSum(i) * rowSum(j)) / total),
      );
      expectClose(scores, expected, { rtol: 1e-4, atol: 1e-6 });
    },
  );

  test("rows of a corrected map sum to zero", async () => {
    const { scores, length } = await predictContacts(tinyModel(), drawSequence(20));
    for (let i = 0; i < length; i++) {
      const sum = scores.subarray(i * length, (i + 1) * length).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum)).toBeLessThan(1e-5);
    }
  });

  test("frees what it makes", async () => {
    const model = tinyModel();
    const { numTensors } = tf.memory();
    await predictContacts(model, drawSequence(9));
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test.each([
    ["an empty sequence", tinyModel, 0, "at least one residue"],
    ["a sequence that is too long for the model", tinyModel, 63, "maxLength 64"],
    ["pairs that fill the memory", tinyModel, 12_000, "expected at most 11585 residues, got 12000"],
    ["a mechanism without maps", () => tinyModel({ attention: { mechanism: "lsh" } }), 5, '"lsh"'],
  ])("refuses %s", async (_what, model, length, message) => {
    await expect(predictContacts(model(), drawSequence(length))).rejects.toThrow(message);
  });
});
