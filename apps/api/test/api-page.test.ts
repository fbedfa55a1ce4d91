/** The commands of docs/api.md do what the page says, on the model that ships. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EMBEDDING_READERS } from "@performer/testing/embedding-readers";
import { openPython } from "@performer/testing/python";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, serve } from "../src/serve.ts";

const root = join(import.meta.dirname, "../../..");
const page = await readFile(join(root, "docs", "api.md"), "utf8");
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command = ""]) => command);
const closing = new AbortController();
let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "api-page-"));
  server = await serve({
    ...{ root, port: 0, version: "1.2.3", requestsPerMinute: 0, signal: closing.signal },
    ...{ logger: pino({ level: "silent" }), runsDirectory: join(folder, "no-runs") },
  });
});
afterAll(async () => {
  closing.abort();
  await server.closed;
});

/** Runs a command of the page as it stands, but for the address. */
async function run(command: string): Promise<string> {
  const text = command.replaceAll("http://127.0.0.1:8080", server.url);
  const failing = text.replaceAll("curl -s", "curl --fail-with-body -s");
  const { stdout } = await promisify(execFile)("bash", ["-euc", failing], { cwd: folder });
  return stdout;
}

/** What each command of the page answers, in order. */
const ANSWERS: readonly ((output: string) => Promise<void> | void)[] = [
  (output) => {
    const { embeddings, model } = JSON.parse(output);
    expect(model).toBe("models/5m");
    expect(
      embeddings.map(({ accession, mean }: never) => [accession, (mean as []).length]),
    ).toEqual([
      ["sequence-1", 256],
      ["P01308", 256],
    ]);
  },
  (output) => {
    const { embeddings, layer } = JSON.parse(output);
    expect([layer, embeddings.map(({ length }: never) => length)]).toEqual([3, [23, 20]]);
  },
  async () => {
    const file = await readFile(join(folder, "embeddings.npy"));
    const start = 10 + file.readUInt16LE(8);
    expect(file.subarray(10, start).toString()).toContain("'shape': (10, 256)");
    expect(file.length).toBe(start + 4 * 10 * 256);
  },
  (output) => expect(JSON.parse(output).cost).toEqual({ passes: 10, residues: 100 }),
  (output) => {
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["model", "position", "position", "end"]);
  },
  (output) => {
    const { layers, rows, maps } = JSON.parse(output);
    expect([layers, rows.cells, maps.length, maps[0][0].length]).toEqual([[0, 5], 25, 2, 25 * 25]);
  },
  async (output) => {
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["model", "embedding", "refusal", "end"]);
    expect(lines[1].mean).toHaveLength(256);
    const python = await openPython();
    const file = join(folder, "embeddings.parquet");
    const [row, ...others] = JSON.parse(await python.run(EMBEDDING_READERS[".parquet"], [file]));
    const mean = lines[1].mean.map(Math.fround);
    expect(row).toEqual({ record: 0, id: "P1", accession: "P1", length: 10, mean });
    expect(others).toEqual([]);
  },
  (output) => expect(JSON.parse(output).logits).toHaveLength(10),
];

it("the page has the commands that are tested", () => {
  expect(commands).toHaveLength(ANSWERS.length);
});

it.each(commands.map((command, index) => [index + 1, command] as const))(
  "command %i answers as the page says",
  async (number, command) => {
    await ANSWERS[number - 1]?.(await run(command));
  },
);
