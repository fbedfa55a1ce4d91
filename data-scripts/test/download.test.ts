/** Downloading from servers that fail: what arrives is the published file, or nothing has its name. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseRetryAfter } from "@performer/download";
import { expect, onTestFinished, test } from "vitest";
import { parseMetalink } from "../src/download/metalink.ts";
import { download } from "../src/verbs/download.ts";
import { contentsOf, manifestOf, newFolder } from "./support/folders.ts";
import {
  describe,
  dropAt,
  endAt,
  ignoreRange,
  md5,
  type ReleaseServer,
  range,
  refuse,
  startReleaseServer,
  type Version,
} from "./support/release-server.ts";

const FILE = "uniprot_sprot.fasta.gz";
/** Does not compress, so that its size is known: 200 kB in several chunks of a connection. */
const bytesOf = (seed: number): Uint8Array =>
  gzipSync(Buffer.concat([Buffer.from(`>sp|P${seed}|X\nMKT\n`), randomBytes(200_000)]));
const OLD: Version = { bytes: bytesOf(1), release: "2026_03", etag: '"old"' };
const NEW: Version = { bytes: bytesOf(2), release: "2026_04", etag: '"new"' };

const retry = { attempts: 3, firstWaitMs: 1, longestWaitMs: 5_000 };

interface Situation {
  readonly server: ReleaseServer;
  readonly output: string;
  readonly part: string;
  readonly fetch: (more?: Partial<Parameters<typeof download>[1]>) => ReturnType<typeof download>;
}

async function situation(version: Version = OLD): Promise<Situation> {
  const server = await startReleaseServer(version);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const output = join(await newFolder(), "swissprot");
  const part = join(`${output}.partial`, FILE);
  server.received = () => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  const fetch: Situation["fetch"] = (more = {}) =>
    download("swissprot", { output, base: server.base, retry, stallMs: 5_000, ...more });
  return { server, output, part, fetch };
}

/** The folder holds the version, whole, and says so; nothing else is left. */
async function expectWhole(output: string, { bytes, release }: Version): Promise<void> {
  expect(await readdir(output)).toEqual(["manifest.json", FILE]);
  expect(md5(await readFile(join(output, FILE)))).toBe(md5(bytes));
  expect(await manifestOf(output)).toMatchObject({
    verb: "download",
    arguments: { dataset: "swissprot" },
    sources: [{ md5: md5(bytes), release: { dataset: "swissprot", version: release } }],
    files: { [FILE]: { sizeBytes: bytes.length } },
  });
  expect(existsSync(`${output}.partial`)).toBe(false);
}

test("a dataset comes whole, with its release; a second run asks nothing and says it is done", async () => {
  const { server, output, fetch } = await situation();
  expect((await fetch()).wasDone).toBe(false);
  await expectWhole(output, OLD);
  server.version = NEW;
  expect(await fetch()).toMatchObject({ wasDone: true, manifest: await manifestOf(output) });
  expect(server.requests).toHaveLength(1);
});

test("dropped connections: each attempt asks for the rest of the same version", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(dropAt(50_000), dropAt(120_000), dropAt(120_001), dropAt(190_000));
  await fetch();
  await expectWhole(output, OLD);
  const asked = server.requests.map((headers) => [headers.range, headers["if-range"]]);
  expect(asked).toEqual([
    [undefined, undefined],
    ["bytes=50000-", '"old"'],
    ["bytes=120000-", '"old"'],
    ["bytes=120001-", '"old"'],
    ["bytes=190000-", '"old"'],
  ]);
});

test("without a strong ETag the date identifies the version; without either it begins anew", async () => {
  const lastModified = "Wed, 21 Oct 2026 07:28:00 GMT";
  const dated = await situation({ ...OLD, etag: 'W/"weak"', lastModified });
  dated.server.answers.push(dropAt(50_000));
  await dated.fetch();
  expect(dated.server.requests[1]).toMatchObject({
    range: "bytes=50000-",
    "if-range": lastModified,
  });
  await expectWhole(dated.output, OLD);

  const nameless = await situation({ ...OLD, etag: "" });
  nameless.server.answers.push(dropAt(50_000));
  await nameless.fetch();
  expect(nameless.server.requests[1]?.range).toBeUndefined();
  await expectWhole(nameless.output, OLD);
});

test("a server that ignores ranges: the file begins anew, and is never longer than it is", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(dropAt(50_000), ignoreRange());
  await fetch();
  expect(server.requests[1]?.range).toBe("bytes=50000-");
  await expectWhole(output, OLD);
});

test("one that ignores ranges and always drops at the same byte is given up, not asked for ever", async () => {
  const { server, output, fetch } = await situation();
  for (let i = 0; i < 20; i++) server.answers.push(ignoreRange(50_000));
  await expect(fetch()).rejects.toThrow(/stopped/);
  expect(server.requests.length).toBeLessThanOrEqual(retry.attempts + 1);
  expect(existsSync(output)).toBe(false);
});

test("an answer that ends early in good order is no whole file: the rest is asked for", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(endAt(70_000));
  await fetch();
  expect(server.requests[1]?.range).toBe("bytes=70000-");
  await expectWhole(output, OLD);
});

test("a wrong checksum is an error that names both; nothing is left to go on with", async () => {
  const { server, output, part, fetch } = await situation({
    ...OLD,
    claimed: { md5: "0".repeat(32) },
  });
  await expect(fetch()).rejects.toThrow(`expected MD5 ${"0".repeat(32)}`);
  await expect(fetch()).rejects.toThrow(`got ${md5(OLD.bytes)}`);
  expect(existsSync(output)).toBe(false);
  expect(existsSync(part)).toBe(false);
  server.version = OLD;
  await fetch();
  await expectWhole(output, OLD);
});

test("a file that changes between attempts: its parts are never joined, and the new release is named", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(dropAt(50_000), (exchange) => {
    server.version = NEW;
    ignoreRange()({ ...exchange, version: NEW });
  });
  await fetch();
  await expectWhole(output, NEW);
});

test("nor are they where a server ignores If-Range and sends the rest of the new file", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(dropAt(50_000), ({ response }) => {
    server.version = NEW;
    response.writeHead(206, { ...describe(NEW), ...range(OLD, 50_000) });
    response.end(NEW.bytes.subarray(50_000, OLD.bytes.length));
  });
  await fetch();
  await expectWhole(output, NEW);
});

test("a file longer or shorter than published is refused", async () => {
  for (const sizeBytes of [OLD.bytes.length - 1, OLD.bytes.length + 1]) {
    const { output, server, fetch } = await situation({ ...OLD, claimed: { sizeBytes } });
    await expect(fetch()).rejects.toThrow(`with the ${sizeBytes} bytes that were published`);
    if (sizeBytes < OLD.bytes.length) {
      server.answers.push(endAt(OLD.bytes.length));
      await expect(fetch()).rejects.toThrow("got more");
    }
    expect(existsSync(output)).toBe(false);
  }
});

test("503 with Retry-After: it waits as long as it was asked to, for the metalink too", async () => {
  const { server, output, fetch } = await situation();
  server.metalinkAnswers.push(refuse(503, { "Retry-After": "1" }));
  server.answers.push(refuse(503, { "Retry-After": "1" }), refuse(500));
  const waits: number[] = [];
  const startedAt = performance.now();
  await fetch({ retry: { ...retry, onRetry: (_, waitMs) => waits.push(waitMs) } });
  expect(waits).toEqual([1000, 1000, 2]);
  expect(performance.now() - startedAt).toBeGreaterThan(1990);
  await expectWhole(output, OLD);
});

test("Retry-After is seconds or a date; anything else asks for nothing", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  expect(parseRetryAfter("120", now)).toBe(120_000);
  expect(parseRetryAfter("Wed, 21 Oct 2026 07:29:30 GMT", now)).toBe(90_000);
  expect(parseRetryAfter("Wed, 21 Oct 2026 07:00:00 GMT", now)).toBe(0);
  expect(parseRetryAfter("soon", now)).toBeUndefined();
  expect(parseRetryAfter(null, now)).toBeUndefined();
});

test("a connection that goes silent is dropped and resumed", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(({ version, response }) => {
    response.writeHead(200, { ...describe(version), "Content-Length": version.bytes.length });
    response.write(version.bytes.subarray(0, 80_000));
  });
  await fetch({ stallMs: 300 });
  expect(server.requests[1]?.range).toBe("bytes=80000-");
  await expectWhole(output, OLD);
});

test("a server that stays away is given up after the attempts; the next run goes on where it was", async () => {
  const { server, output, part, fetch } = await situation();
  server.answers.push(dropAt(50_000), refuse(503), refuse(502), refuse(504));
  await expect(fetch()).rejects.toThrow(/answered 50\d/);
  expect(server.requests).toHaveLength(3);
  expect(existsSync(output)).toBe(false);
  expect(statSync(part).size).toBe(50_000);
  server.answers.length = 0;
  await fetch();
  expect(server.requests.at(-1)?.range).toBe("bytes=50000-");
  await expectWhole(output, OLD);
});

test("another dataset stopped in the same place leaves nothing in the result", async () => {
  const { server, output, part, fetch } = await situation();
  await mkdir(`${output}.partial`);
  await writeFile(join(`${output}.partial`, "uniref50.fasta.gz"), "half");
  await writeFile(join(`${output}.partial`, "uniref50.fasta.gz.state.json"), "{}");
  await writeFile(part, "of unknown version");
  await fetch();
  expect(server.requests[0]?.range).toBeUndefined();
  await expectWhole(output, OLD);
});

test("what will not pass is not tried again: 404, content encoding", async () => {
  const { server, output, fetch } = await situation();
  server.answers.push(refuse(404));
  await expect(fetch()).rejects.toThrow(/got 404 Not Found; check the name and --base/);
  server.answers.push(({ version, response }) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(version.bytes));
  });
  await expect(fetch()).rejects.toThrow("got Content-Encoding gzip");
  expect(server.requests).toHaveLength(2);
  expect(existsSync(output)).toBe(false);
});

test("a disk without room is found before the first byte", async () => {
  const { server, fetch } = await situation({ ...OLD, claimed: { sizeBytes: 9e14 } });
  await expect(fetch()).rejects.toThrow(/expected 900000\.1 GB free for .*, got .* GB; free some/);
  expect(server.requests).toHaveLength(0);
});

test("another release than the one demanded is refused, on the server and in the folder", async () => {
  const { server, output, fetch } = await situation();
  await expect(fetch({ release: "2026_02" })).rejects.toThrow(
    "expected release 2026_02, got 2026_03",
  );
  expect(server.requests).toHaveLength(0);
  await fetch({ release: "2026_03" });
  await expectWhole(output, OLD);
  await expect(fetch({ release: "2026_04" })).rejects.toThrow(
    "got 2026_03; choose another --output",
  );
  await expectWhole(output, OLD);
});

test("a folder that is there is never written to: damaged, foreign or of another dataset", async () => {
  const { server, output, fetch } = await situation();
  await fetch();
  const bytes = await readFile(join(output, FILE));
  bytes[1000]! ^= 1;
  await writeFile(join(output, FILE), bytes);
  const before = await contentsOf(output);
  await expect(fetch()).rejects.toThrow(/as its manifest says, got SHA-256 .* remove the folder/);
  const other = download("trembl", { output, base: server.base, retry });
  await expect(other).rejects.toThrow('dataset "swissprot", now "trembl"');
  await writeFile(join(output, "manifest.json"), "{}");
  await expect(fetch()).rejects.toThrow(/expected the manifest of a data verb/);
  expect({ ...(await contentsOf(output)), "manifest.json": "" }).toEqual({
    ...before,
    "manifest.json": "",
  });
  expect(server.requests).toHaveLength(1);
});

test("two at once: the second is told who is at it", async () => {
  const { server, output, fetch } = await situation();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  server.answers.push(async (exchange) => {
    await held;
    ignoreRange()(exchange);
  });
  const first = fetch();
  await expect.poll(() => server.requests.length).toBe(1);
  await expect(fetch()).rejects.toThrow(`process ${process.pid}`);
  letGo();
  await first;
  await expectWhole(output, OLD);
});

test("kill -9: the next run goes on with what has come", async () => {
  const { server, output, part } = await situation();
  server.answers.push(({ version, response }) => {
    response.writeHead(200, { ...describe(version), "Content-Length": version.bytes.length });
    response.write(version.bytes.subarray(0, 90_000));
  });
  const main = join(import.meta.dirname, "../dist/main.js");
  const args = [main, "download", "swissprot", "--base", server.base, "-o", output];
  const child = spawn(process.execPath, args);
  await expect
    .poll(() => statSync(part, { throwIfNoEntry: false })?.size, { timeout: 20_000 })
    .toBe(90_000);
  child.kill("SIGKILL");
  await new Promise((resolve) => child.on("close", resolve));
  const again = spawn(process.execPath, args);
  let errors = "";
  again.stderr.on("data", (chunk) => (errors += chunk));
  const code = await new Promise((resolve) => again.on("close", resolve));
  expect(code, errors).toBe(0);
  expect(server.requests.at(-1)?.range).toBe("bytes=90000-");
  expect(errors).toContain("swissprot 2026_03");
  await expectWhole(output, OLD);
});

test.each([
  ["no XML", "<metalink", "XML"],
  ["no version", "<metalink><files/></metalink>", "the version"],
  ["another file alone", "<metalink><version>1</version></metalink>", `the MD5 of ${FILE}`],
  [
    "a size that is none",
    `<metalink><version>1</version><files><file name="${FILE}"><size>many</size><verification><hash type="sha1">1</hash><hash type="md5">${"a".repeat(32)}</hash></verification></file></files></metalink>`,
    'the size of uniprot_sprot.fasta.gz, got "many"',
  ],
])("a metalink with %s is refused by name", (_what, text, expected) => {
  expect(() => parseMetalink(text, FILE, "http://x/RELEASE.metalink")).toThrow(expected);
});
