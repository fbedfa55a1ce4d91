/** The result of a job as files of embeddings: Python's readers find what the lines say. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lockFile } from "@performer/file-lock";
import { Problem } from "@performer/schema";
import { EMBEDDING_READERS } from "@performer/testing/embedding-readers";
import { openPython, type Python } from "@performer/testing/python";
import request from "supertest";
import { beforeAll, describe, expect, test } from "vitest";
import {
  appOf,
  fakeModels,
  isOver,
  manyRecords,
  openJobs,
  send,
  temporaryFolder,
  until,
} from "./support.ts";

let python: Python;
beforeAll(async () => {
  python = await openPython();
});

const FORMATS = [
  ["npz", "application/x-npz"],
  ["arrow", "application/vnd.apache.arrow.file"],
  ["parquet", "application/vnd.apache.parquet"],
  ["h5", "application/x-hdf5"],
] as const;

/** Duplicates, a path, letters beyond ASCII and the BMP, none at all, very long; the second is refused. */
const HEADERS = [
  "sp|P01308|INS_HUMAN Insulin OS=Homo sapiens",
  ...["refused", "same", "same", "../../etc/passwd", "蛋白质🧬", "", "L".repeat(70_000)],
];
const SEQUENCES = ["ACD", "A1C", "MKT", "GGH", "AC-D*", "W", "YYYY", "ACDEFGHIKL"];
const HOSTILE = HEADERS.map((header, i) => `>${header}\n${SEQUENCES[i]}\n`).join("");

async function withResult(fasta: string, options: Parameters<typeof send>[2] = {}) {
  const directory = await temporaryFolder();
  const experiments = await openJobs(directory);
  const { id, links } = await send(experiments, fasta, options);
  expect(await until(experiments, id, isOver)).toMatchObject({ state: "done" });
  return { directory, experiments, app: appOf(experiments), id, url: links.result };
}

const fetchBytes = (app: ReturnType<typeof appOf>, url: string, headers = {}) =>
  request(app)
    .get(url)
    .set(headers)
    .buffer(true)
    .parse((stream, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => done(null, Buffer.concat(parts)));
    });

/** What a reader should print, from the lines: the headers are those that were sent. */
function rowsOf(lines: string, columns: { mean?: string; residues?: string }) {
  return lines
    .trimEnd()
    .split("\n")
    .slice(1, -1)
    .map((text) => JSON.parse(text))
    .flatMap(({ type, accession, length, mean, residues }, record) => {
      if (type === "refusal") return [];
      const [id = ""] = HEADERS[record]!.split(" ");
      return {
        ...{ record, id, accession, length },
        ...(columns.mean && { [columns.mean]: mean.map(Math.fround) }),
        ...(columns.residues && { [columns.residues]: residues.flat().map(Math.fround) }),
      };
    });
}

/** Until a thread is about to make a file: it takes longer to start than this to be seen. */
async function untilMaking(directory: string, id: string): Promise<void> {
  while (!(await readdir(join(directory, "jobs", id))).includes("export.lock")) {
    await new Promise(setImmediate);
  }
}

async function readBy(format: (typeof FORMATS)[number][0], bytes: Buffer, folder: string) {
  const path = join(folder, `fetched.${format}`);
  await writeFile(path, bytes);
  return JSON.parse(await python.run(EMBEDDING_READERS[`.${format}`], [path]));
}

describe.each(FORMATS)("%s", (format, type) => {
  test("by Accept and by ?format= is one file, in which a reader finds every row of the lines, bit for bit", async () => {
    const { directory, app, id, url } = await withResult(HOSTILE, { include: "both", layer: 1 });
    const accepted = await fetchBytes(app, url, { Accept: type });
    expect(accepted.status).toBe(200);
    expect(accepted.headers).toMatchObject({
      "content-type": type,
      "content-disposition": `attachment; filename="${id}.${format}"`,
      "accept-ranges": "bytes",
      vary: expect.stringContaining("Accept"),
    });
    const named = await fetchBytes(app, `${url}?format=${format}`);
    expect(named.body.equals(accepted.body)).toBe(true);
    const rest = await fetchBytes(app, `${url}?format=${format}`, { Range: "bytes=100-" });
    expect(rest.status).toBe(206);
    expect(rest.body.equals(accepted.body.subarray(100))).toBe(true);

    const lines = String((await fetchBytes(app, url)).body);
    const rows = rowsOf(lines, { mean: "mean_layer_1", residues: "residues_layer_1" });
    expect(rows).toHaveLength(HEADERS.length - 1);
    expect(await readBy(format, accepted.body, directory)).toEqual(rows);
  });
});

test("columns of the last layer bear no number, and only what was asked for is there", async () => {
  const { directory, app, url } = await withResult(HOSTILE);
  const lines = String((await fetchBytes(app, url)).body);
  const { body } = await fetchBytes(app, `${url}?format=npz`);
  expect(await readBy("npz", body, directory)).toEqual(rowsOf(lines, { mean: "mean" }));
});

test("a result whose records were all refused is a table without rows", async () => {
  const { directory, app, url } = await withResult(">a\nA1\n>b\nA2\n");
  const { status, body } = await fetchBytes(app, `${url}?format=npz`);
  expect(status).toBe(200);
  expect(await readBy("npz", body, directory)).toEqual([]);
});

test("many who ask at the same time get one file, made once; nothing else is left in the folder", async () => {
  const { directory, app, id, url } = await withResult(manyRecords(300));
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => fetchBytes(app, `${url}?format=parquet`)),
  );
  const [first] = answers;
  expect(first?.status).toBe(200);
  // size and time of the file
  expect(new Set(answers.map(({ headers }) => headers["etag"])).size).toBe(1);
  expect((await readdir(join(directory, "jobs", id))).sort()).toEqual([
    ...["export.lock", "input", "result.arrow", "result.ndjson", "result.parquet", "upload.lock"],
  ]);
});

test("the server closed in the middle leaves no half file: it is made when the next one is asked", async () => {
  const { directory, experiments, id } = await withResult(manyRecords(300));
  const asked = experiments.jobs.result(id, "h5");
  const refused = expect(asked).rejects.toMatchObject({ kind: "draining" });
  await untilMaking(directory, id);
  await experiments.close();
  await refused;
  expect(await readdir(join(directory, "jobs", id))).not.toContain("result.h5");
  const second = await openJobs(directory);
  const { body } = await fetchBytes(appOf(second), `/v1/jobs/${id}/result?format=npz`);
  expect(await readBy("npz", body, directory)).toHaveLength(300);
});

test("a job that is removed while its file is made is gone, and so are its files", async () => {
  const { directory, experiments, app, id } = await withResult(manyRecords(300));
  const asked = experiments.jobs.result(id, "parquet");
  const refused = expect(asked).rejects.toMatchObject({ kind: "unknown-job" });
  await untilMaking(directory, id);
  expect((await request(app).delete(`/v1/jobs/${id}`)).status).toBe(204);
  await refused;
  expect(await readdir(join(directory, "jobs"))).toEqual([]);
});

describe("is refused", () => {
  test.each([
    ["?format=csv", {}, 400, "invalid-request", "format"],
    ["", { Accept: "image/png" }, 406, "not-acceptable", "Accept"],
  ])("with %j %j: %i %s", async (query, headers, status, kind, field) => {
    const { app, url } = await withResult(">a\nACD\n");
    const response = await request(app).get(`${url}${query}`).set(headers);
    expect(response.status).toBe(status);
    expect(Problem.parse(response.body)).toMatchObject({
      ...{ type: `urn:protein-performer:problem:${kind}`, field },
    });
  });

  test("where the disk has no room, before anything is written; the lines are there all the same", async () => {
    const { directory, experiments, id, url } = await withResult(">a\nACD\n");
    await experiments.close();
    const app = appOf(await openJobs(directory, fakeModels(), { reserveBytes: 2 ** 60 }));
    const { status, body } = await request(app).get(`${url}?format=npz`);
    expect(status).toBe(507);
    expect(Problem.parse(body).detail).toContain("application/x-ndjson");
    expect(await readdir(join(directory, "jobs", id))).not.toContain("result.arrow");
    expect((await fetchBytes(app, url)).status).toBe(200);
  });

  test("while another server makes one of the same job: 429 with Retry-After", async () => {
    const { directory, app, id, url } = await withResult(">a\nACD\n");
    const lock = await lockFile(join(directory, "jobs", id, "export.lock"));
    const { status, headers } = await request(app).get(`${url}?format=npz`);
    await lock.release();
    expect([status, headers["retry-after"]]).toEqual([429, "5"]);
    expect((await request(app).get(`${url}?format=npz`)).status).toBe(200);
  });

  test("where the lines are not those of the input, which the log tells and the answer does not", async () => {
    const { directory, app, id, url } = await withResult(">a\nACD\n>b\nACD\n");
    const path = join(directory, "jobs", id, "result.ndjson");
    const lines = await readFile(path, "utf8");
    await writeFile(path, lines.replace('"accession":"b"', '"accession":"c"'));
    const { status, body } = await request(app).get(`${url}?format=arrow`);
    expect(status).toBe(500);
    expect(Problem.parse(body).detail).not.toContain("accession");
    const left = await readdir(join(directory, "jobs", id));
    expect(left.filter((name) => name.startsWith("result"))).toEqual(["result.ndjson"]);
  });
});
