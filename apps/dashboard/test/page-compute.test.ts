/**
 * The site without a server, as `npm run site` makes it, behind a plain file server under a sub-path: the
 * shipped model runs in the page, and its numbers are those of the same model on the server's runtime.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  aminoAcidSimilarity,
  attentionWindow,
  collectReceivedAttention,
  compareWithBlosum,
  embedSequences,
  mutationScores,
  openAttention,
  receivedInLayer,
} from "@performer/interpret";
import { encodeSequence, STANDARD_RESIDUES } from "@performer/proteins";
import { randomKey } from "@performer/random";
import type { SimilarityResponse } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { expectClose } from "@performer/testing";
import { type LoadedCheckpoint, loadCheckpoint } from "@performer/training";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeSite } from "../../../setup/site.mjs";
import { closePages, IMITATED_GPU, launchChromium, openPage } from "./support/browser.ts";
import { type FileServer, startFileServer } from "./support/file-server.ts";
import { BPT1_BOVIN } from "./support/fixture-data.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const residues = encodeSequence(BPT1_BOVIN);
const L = residues.length;
/** What is promised between page and server. */
const TOLERANCE = { rtol: 1e-3, atol: 1e-3 };

let folder: string;
let files: FileServer;
let browser: Browser;
let reference: LoadedCheckpoint;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "performer-site-"));
  await makeSite(join(folder, "lab", "performer"));
  files = await startFileServer(folder);
  address = `${files.url}/lab/performer/`;
  browser = await launchChromium();
  await loadRuntime({ root: ROOT });
  reference = await loadCheckpoint(join(ROOT, "models", "5m"));
}, 240_000);
afterEach(() => closePages(browser));
afterAll(async () => {
  await Promise.all([browser.close(), files.close()]);
  await rm(folder, { recursive: true });
});

/** Asks the worker that the site ships, as the page does. */
async function askWorker<Answer>(page: Page, name: string, question: object): Promise<Answer> {
  const assets = await readdir(join(folder, "lab", "performer", "assets"));
  const script = assets.find((file) => /^worker-.*\.js$/.test(file));
  const call = { name, question: { url: `${address}models/5m/`, backend: "wasm", ...question } };
  const answer = await page.evaluate(
    ([url, { name, question }]) =>
      new Promise<string>((resolve, reject) => {
        const worker = new Worker(url, { type: "module" });
        const plain = (_: string, value: unknown) =>
          ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
          if (data.kind === "fault") reject(new Error(data.message));
          if (data.kind === "answer") resolve(JSON.stringify(data.answer, plain));
          if (data.kind !== "progress") worker.terminate();
        };
        worker.postMessage({ kind: "call", id: 1, name, question });
      }),
    [`${address}assets/${script}`, call] as const,
  );
  return JSON.parse(answer) as Answer;
}

async function openSite(hash = ""): Promise<Awaited<ReturnType<typeof openPage>>> {
  const watched = await openPage(browser);
  await watched.page.goto(address + hash);
  return watched;
}

test("Explore shows BPT1_BOVIN: fetched beside the page, computed in it, nothing asked of anyone else", async () => {
  const watched = await openPage(browser);
  const elsewhere: string[] = [];
  watched.page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) {
      elsewhere.push(request.url());
    }
  });
  await watched.page.goto(address);
  await watched.page.waitForSelector(".attention-grid", { timeout: 120_000 });
  const { page, complaints } = watched;
  await expect.poll(() => page.locator(".attention-grid button canvas").count()).toBe(6 * 8);
  expect(await page.locator("[data-backend]").textContent()).toContain(
    "nothing leaves this machine",
  );
  for (const name of ["Runs", "Jobs"]) {
    expect(await page.getByRole("link", { name, exact: true }).count()).toBe(0);
  }
  await page.getByRole("button", { name: /^layer 3, head 5/ }).click();
  await page.waitForSelector(".sequence-map");
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});

describe("numbers of the page and of the server's runtime", () => {
  test("attention of every head", async () => {
    const { page } = await openSite("#/experiments");
    const whole = { from: 0, to: L };
    const found = await askWorker<{ maps: number[][][] }>(page, "attention", {
      model: "models/5m",
      sequence: BPT1_BOVIN,
      rows: whole,
      columns: whole,
      maxSize: 128,
      weights: "model",
    });
    const { maps } = await attentionWindow(reference.model, residues);
    // weights of a row sum to about 1, so that a thousandth of the mean weight is asked, not of 1
    const close = { rtol: 1e-3, atol: 1e-3 / L };
    expectClose(
      found.maps.flat(2),
      maps.flatMap((heads) => heads.flatMap((map) => [...map])),
      close,
    );
  });

  test("a coarse part, and softmax of the same queries and keys", async () => {
    const { page } = await openSite("#/experiments");
    const [rows, columns] = [
      { from: 10, to: 61 },
      { from: 3, to: 98 },
    ];
    for (const weights of ["model", "softmax"] as const) {
      const { maps } = await askWorker<{ maps: number[][][] }>(page, "attention", {
        model: "models/5m",
        sequence: BPT1_BOVIN,
        layers: [4],
        heads: [2],
        rows,
        columns,
        maxSize: 20,
        weights,
      });
      const reader = openAttention(reference.model, residues);
      const cells = (side: object) => ({ ...side, cells: 20 }) as typeof rows & { cells: number };
      const read = reader.read({ layer: 4, rows: cells(rows), columns: cells(columns), weights });
      const expected = (await read.data<"float32">()).subarray(2 * 400, 3 * 400);
      reader.dispose();
      expectClose(maps.flat(2), [...expected], { rtol: 1e-3, atol: 1e-3 / L });
    }
  });

  test("the mean embedding", async () => {
    const { page } = await openSite("#/experiments");
    const { means } = await askWorker<{ means: number[][] }>(page, "embeddings", {
      model: "models/5m",
      sequences: [BPT1_BOVIN],
    });
    const [expected] = await embedSequences(reference.model, [residues]);
    expectClose(means[0] as number[], [...(expected?.mean ?? [])], TOLERANCE);
  });

  test.each(["single-pass", "masked-marginals"] as const)(
    "scores of mutations, %s",
    async (method) => {
      const { page } = await openSite("#/experiments");
      const part = BPT1_BOVIN.slice(0, 40);
      const found = await askWorker<{ residues: string; scores: number[][] }>(page, "mutations", {
        model: "models/5m",
        sequence: part,
        method,
      });
      const expected: number[] = [];
      for await (const { scores } of mutationScores(reference.model, encodeSequence(part), {
        method,
      })) {
        expected.push(...scores);
      }
      expect(found.residues).toBe(STANDARD_RESIDUES);
      expectClose(found.scores.flat(), expected, TOLERANCE);
    },
  );
});

test("similarity over a sample, of all layers and of one, is that of the server's functions", {
  timeout: 180_000,
}, async () => {
  const parts = [BPT1_BOVIN.slice(0, 50), BPT1_BOVIN.slice(50), BPT1_BOVIN.slice(25, 75)];
  const records = parts.map((part, index) => `>part ${index}\n${part}\n`);
  await writeFile(join(folder, "lab", "few.fasta"), records.join(""));
  const sequences = parts.map((part) => encodeSequence(part));
  const { page } = await openSite("#/experiments");
  const asked = { model: "models/5m", sample: `${files.url}/lab/few.fasta` };
  const ask = (layer: number | null) =>
    askWorker<SimilarityResponse>(page, "similarity", { ...asked, layer });

  const all = await ask(null);
  const expected = await aminoAcidSimilarity(reference.model, sequences, { key: randomKey(0) });
  expect([all.sequences, all.headsTotal, all.edges]).toEqual([3, 48, expected.edges]);
  const numbers = (each: typeof expected) => [
    ...[each.pearson, each.spearman, each.embeddingControl].map(Number),
    ...each.similarity.flat().map((value) => value ?? 0),
  ];
  expectClose(numbers(all), numbers(expected), TOLERANCE);

  const one = await ask(2);
  const received = await collectReceivedAttention(reference.model, sequences, expected.edges);
  const ofLayer = await compareWithBlosum(receivedInLayer(received, 2, 8), { key: randomKey(0) });
  expect(one.headsTotal).toBe(8);
  expectClose(
    one.similarity.flat().map((value) => value ?? 0),
    ofLayer.similarity.flat().map((value) => value ?? 0),
    TOLERANCE,
  );
});

test("the slider of Similarity goes from all layers to one, and back by the address", {
  timeout: 180_000,
}, async () => {
  const { page, complaints } = await openPage(browser);
  const few = [BPT1_BOVIN.slice(0, 50), BPT1_BOVIN.slice(50)].map((part) => `>part\n${part}\n`);
  await page.route("**/data/sample.fasta", (route) => route.fulfill({ body: few.join("") }));
  await page.goto(`${address}#/similarity`);
  await page.getByRole("button", { name: "Compute in this page" }).click();
  const shownIn = async (label: string) => {
    await page.getByLabel(label).waitFor({ timeout: 120_000 });
    await page.waitForSelector(".matrices .heat-map");
    return page.locator(".key-figures").textContent();
  };
  const all = await shownIn("All layers");
  expect(all).toContain("of 48");
  await page.getByLabel("All layers").fill("3");
  const third = await shownIn("Layer 3");
  expect(third).toContain("of 8");
  expect(page.url()).toContain("layer=3");
  await page.goBack();
  expect(await shownIn("All layers")).toBe(all);
  expect(complaints).toEqual([]);
});

describe("on a graphics card, as far as the browser can imitate one", () => {
  let withGpu: Browser;
  beforeAll(async () => {
    withGpu = await launchChromium(IMITATED_GPU);
  });
  afterAll(() => withGpu.close());

  test.for(["webgl", "webgpu"] as const)(
    "%s gives the numbers of the server's runtime",
    { timeout: 240_000 },
    async (backend, { skip }) => {
      const page = await withGpu.newPage();
      await page.goto(`${address}#/experiments`);
      const hasAdapter = await page.evaluate(async () => {
        const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
        return (await gpu?.requestAdapter()) != null;
      });
      skip(backend === "webgpu" && !hasAdapter, "this browser has no WebGPU adapter");
      const part = BPT1_BOVIN.slice(0, 24);
      const { means } = await askWorker<{ means: number[][] }>(page, "embeddings", {
        model: "models/5m",
        sequences: [part],
        backend,
      });
      const [expected] = await embedSequences(reference.model, [encodeSequence(part)]);
      expectClose(means[0] as number[], [...(expected?.mean ?? [])], TOLERANCE);
      await page.close();
    },
  );
});

describe("a site that is not whole", () => {
  test("weights of other bytes are refused by their hash, in words", async () => {
    const { page } = await openPage(browser);
    const weights = await readFile(join(ROOT, "models", "5m", "weights.safetensors"));
    weights.writeUInt8(weights.readUInt8(weights.length - 1) ^ 1, weights.length - 1);
    await page.route("**/weights.safetensors", (route) => route.fulfill({ body: weights }));
    await page.goto(address);
    await page.getByRole("heading", { name: "The attention maps could not be loaded" }).waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("expected SHA-256");
  });

  test("no model beside the page: the address that is missing, and the remedy", async () => {
    const { page } = await openPage(browser);
    await page.route("**/models/index.json", (route) => route.fulfill({ status: 404 }));
    await page.goto(address);
    await page.getByRole("heading", { name: "The models could not be loaded" }).waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("models/index.json");
  });
});

test("makeSite replaces its own site, and no other folder", async () => {
  const site = join(folder, "lab", "performer");
  await makeSite(site);
  expect(await readdir(site)).toContain("index.html");
  await expect(makeSite(join(ROOT, "docs"))).rejects.toThrow(
    "got other files; name another folder",
  );
});
