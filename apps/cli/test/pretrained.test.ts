/** A pretrained model from its files to the commands that use it: import, pull, contacts, transfer, finetune. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HUB_MODELS } from "@performer/download/models";
import { flattenTree } from "@performer/performer";
import { loadRuntime } from "@performer/tensorflow";
import { loadCheckpoint, readManifest } from "@performer/training";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { CLONE } from "./support/tiny-model.ts";

const ESM = join(CLONE, "packages/training/test/fixtures/esm2/hub");
const SEQUENCE = "MKTAYIAKQRQISFVKSHFSRQ";
let folder: string;
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => performer(args, { cwd: folder });
const onModel = (command: string, ...args: string[]) =>
  run(command, ...args, "--checkpoint", "esm", "--backend", "cpu");

beforeAll(async () => {
  await loadRuntime({ root: CLONE, prefer: "cpu" });
  folder = await mkdtemp(join(tmpdir(), "pretrained-"));
  const { exitCode, stdout, stderr } = await run("import", "esm2", ESM, "--output", "esm");
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toBe("esm\n");
  expect(stderr).toBe(
    "5,350 parameters, 2 layers × 2 heads, up to 1,024 residues, with contact head\n",
  );
  await writeFile(at("two.fasta"), `>a\n${SEQUENCE}\n>b\nMKTAYIAKQRQISFVK\n`);
});

describe("performer import", () => {
  it("refuses what it cannot read, by the field and with the remedy, and leaves nothing", async () => {
    await writeFile(
      at("config.json"),
      JSON.stringify({ ...(await config()), position_embedding_type: "absolute" }),
    );
    const refused = await run("import", "esm2", ".", "--output", "none");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('position_embedding_type: expected "rotary"');
    expect(existsSync(at("none"))).toBe(false);
  });
});

describe("an imported model", () => {
  it("gives attention maps, and is refused where a causal model is needed", async () => {
    const attention = await onModel("attention", "--sequence", SEQUENCE);
    expect(attention.stdout).toContain("sequence, 22 residues: esm, step 0");
    const generated = await onModel("generate");
    expect(generated.exitCode).toBe(1);
    expect(generated.stderr).toContain("bidirectional");
  });

  it("gives contacts as CSV and as a picture", async () => {
    const { exitCode, stdout, stderr } = await onModel(
      "contacts",
      "--sequence",
      SEQUENCE,
      "--svg",
      "c.svg",
    );
    expect(exitCode, stderr).toBe(0);
    const [head, ...lines] = stdout.trimEnd().split("\n");
    expect(head).toBe("position_1,residue_1,position_2,residue_2,probability");
    expect(lines).toHaveLength((16 * 17) / 2); // 22 residues, at least 6 apart
    expect(lines[0]).toMatch(/^1,M,7,A,0\.\d+$/);
    expect(lines.at(-1)).toMatch(/^16,K,22,Q,0\.\d+$/);
    expect(await readFile(at("c.svg"), "utf8")).toContain("Contacts of sequence, 22 residues: esm");

    const top = await onModel(
      "contacts",
      "two.fasta",
      "--accession",
      "a",
      "--top",
      "2",
      "-o",
      "top.csv",
    );
    expect(top.stdout).toBe("");
    const scores = (await readFile(at("top.csv"), "utf8")).trimEnd().split("\n").slice(1);
    const ordered = lines.map((line) => Number(line.split(",").at(-1))).sort((a, b) => b - a);
    expect(scores.map((line) => Number(line.split(",").at(-1)))).toEqual(ordered.slice(0, 2));
  });

  it("contacts refuses a protein that is too long", async () => {
    const { exitCode, stderr } = await onModel("contacts", "--accession", "Q8WZ42");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("34350 residues, the model takes 1024");
  });
});

describe("performer transfer of an imported model", () => {
  it("chooses M by a bound, takes a longer maxLength, and the result is fine-tuned", async () => {
    const transferred = await run(
      ...[
        "transfer",
        "esm",
        "--output",
        "favor",
        "--attention",
        "favor",
        "--bound",
        "0.5",
        "--max-length",
        "40000",
      ],
      ...["--sample", "two.fasta", "--backend", "cpu", "--json"],
    );
    expect(transferred.exitCode, transferred.stderr).toBe(0);
    const { checkpoint, layers, trials } = JSON.parse(transferred.stdout);
    expect(Math.max(...layers.map(({ own }: { own: number }) => own))).toBeLessThanOrEqual(0.5);
    expect(trials.at(-1).layers).toEqual(layers);
    const { model, origin } = await readManifest(checkpoint);
    expect(model).toMatchObject({
      maxLength: 40_000,
      vocabulary: "esm",
      attention: { mechanism: "favor" },
    });
    const M = model.attention.mechanism === "favor" ? model.attention.numFeatures : 0;
    expect(transferred.stderr).toMatch(
      new RegExp(` ${M} features: worst layer \\d+\\.\\d\\d %\\n$`),
    );
    expect(origin).toEqual({
      name: "esm",
      step: 0,
      change: "attention: exact to softmax-positive",
    });

    const files = ["--train", "two.fasta", "--validation", "two.fasta", "--runs", at("runs")];
    const tuned = await run(
      ...[
        "finetune",
        "favor",
        "--run",
        "tuned",
        "--steps",
        "2",
        "--length",
        "24",
        "--batch-size",
        "2",
        "--eager",
      ],
      ...[...files, "--backend", "cpu"],
    );
    expect(tuned.exitCode, tuned.stderr).toBe(0);
    const after = await loadCheckpoint(tuned.stdout.trim());
    expect(after.manifest.origin).toEqual({ name: "favor", step: 0, change: "further training" });
    const before = flattenTree((await loadCheckpoint(checkpoint)).model.parameters);
    const now = flattenTree(after.model.parameters);
    const isSame = (name: string) =>
      String(before[name]?.dataSync()) === String(now[name]?.dataSync());
    expect(Object.keys(now).filter(isSame)).toEqual(["contacts/kernel", "contacts/bias"]);
  });
});

describe("performer pull", () => {
  it("fetches the files of a pinned commit, checks them, and imports them", async () => {
    const { repository, revision } = HUB_MODELS["esm2-8m"];
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const { url = "", method } = request;
      const prefix = `/mirror/${repository}/resolve/${revision}/`;
      if (!url.startsWith(prefix)) return response.writeHead(404).end();
      asked.push(`${method} ${url.slice(prefix.length)}`);
      const bytes = await readFile(join(ESM, url.slice(prefix.length)));
      const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;
      response.writeHead(200, {
        ETag: etag,
        "Content-Length": bytes.length,
        "X-Repo-Commit": revision,
      });
      response.end(method === "HEAD" ? undefined : bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`;
    const pulled = await run("pull", "esm2-8m", "--output", "pulled", "--hub", hub);
    server.close();
    expect(pulled.exitCode, pulled.stderr).toBe(0);
    expect(pulled.stdout).toBe(`${at("pulled")}\n`);
    expect(asked.filter((line) => line.startsWith("GET"))).toEqual([
      "GET config.json",
      "GET vocab.txt",
      "GET model.safetensors",
    ]);
    expect((await readManifest(at("pulled"))).origin?.name).toBe(`${repository}@${revision}`);
    expect(await readFile(at("pulled/weights.safetensors"))).toEqual(
      await readFile(at("esm/weights.safetensors")),
    );
    expect((await readdir(folder)).filter((name) => name.includes("download"))).toEqual([]);

    const again = await run("pull", "esm2-8m", "--output", "pulled", "--hub", hub);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("expected a new folder");
  });
});

const config = async () => JSON.parse(await readFile(join(ESM, "config.json"), "utf8"));
