import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeValues } from "@performer/checkpoint";
import { digestFile } from "@performer/durable-files";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../src/checkpoint/safetensors-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newPath = () => join(folder, `file-${files++}.safetensors`);

async function readAll(
  path: string,
): Promise<Record<string, { shape: readonly number[]; values: number[] }>> {
  const tensors: Record<string, { shape: readonly number[]; values: number[] }> = {};
  for await (const { name, shape, values } of readSafetensors(path)) {
    tensors[name] = { shape, values: Array.from(values) };
  }
  return tensors;
}

const float = (shape: number[], values: number[]) => ({
  dtype: "F32" as const,
  shape,
  read: async () => Float32Array.from(values),
});

/** A file from a header as text, as a foreign writer would make it. */
async function foreignFile(header: object | string, data: Uint8Array): Promise<string> {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  const path = newPath();
  await writeFile(path, Buffer.concat([prefix, json, data]));
  return path;
}

test("types that others write are widened or narrowed without loss, or refused", () => {
  // the bits of 1, -2.5, 2^127 and 2^-126 in bfloat16: float32's upper half
  const brain = Uint16Array.of(0x3f80, 0xc020, 0x7f00, 0x0080);
  expect([...decodeValues("BF16", new Uint8Array(brain.buffer))]).toEqual([
    1,
    -2.5,
    2 ** 127,
    2 ** -126,
  ]);
  const long = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
  const ends = [2 ** 31 - 1, -(2 ** 31)];
  expect([...decodeValues("I64", long(...ends.map(BigInt)))]).toEqual(ends);
  expect(() => decodeValues("I64", long(2n ** 31n))).toThrow(
    "expected integers of 32 bits, got 2147483648",
  );
});

test("values are a copy, also of a Buffer, which is a view of a larger memory", () => {
  const memory = Buffer.from(Float32Array.of(7, 8, 9).buffer);
  const values = decodeValues("F32", memory.subarray(4, 8));
  memory.fill(0);
  expect([...values]).toEqual([8]);
});

test("what is written is read back: names, shapes, every bit of the values", async () => {
  const tensors = fc.dictionary(
    fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((name) => name !== "__metadata__" && name !== "__proto__"),
    fc.array(fc.float(), { maxLength: 9 }),
    { maxKeys: 5, noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(tensors, async (values) => {
      const path = newPath();
      const entries = Object.entries(values).map(([name, v]) => [name, float([v.length, 1], v)]);
      await writeSafetensors(path, Object.fromEntries(entries));
      const read = await readAll(path);
      expect(Object.keys(read).sort()).toEqual(Object.keys(values).sort());
      for (const [name, v] of Object.entries(values)) {
        expect(read[name]).toEqual({ shape: [v.length, 1], values: v });
      }
    }),
    { numRuns: 50 },
  );
});

test("the layout is the format's: length, space-padded JSON, little-endian values on an 8-byte boundary", async () => {
  const path = newPath();
  await writeSafetensors(path, { a: float([2], [1, -2]), s: float([], [0.5]) });
  const bytes = await readFile(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  expect((8 + headerBytes) % 8).toBe(0);
  expect(JSON.parse(bytes.toString("utf8", 8, 8 + headerBytes))).toEqual({
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    s: { dtype: "F32", shape: [], data_offsets: [8, 12] },
  });
  expect(bytes.subarray(8 + headerBytes).toString("hex")).toBe("0000803f000000c00000003f");
});

test("the digest that the writer returns is that of the file", async () => {
  const path = newPath();
  const digest = await writeSafetensors(path, { a: float([3], [1, 2, 3]) });
  expect(await digestFile(path)).toEqual(digest);
});

test("a file is never overwritten", async () => {
  const path = newPath();
  await writeSafetensors(path, { a: float([1], [1]) });
  await expect(writeSafetensors(path, { a: float([1], [2]) })).rejects.toThrow("EEXIST");
  expect((await readAll(path))["a"]?.values).toEqual([1]);
});

test("a tensor whose data do not fit its shape is refused", async () => {
  await expect(writeSafetensors(newPath(), { a: float([3], [1]) })).rejects.toThrow(
    'expected 12 bytes for "a", got 4',
  );
});

test("I32 and F16 are read, at odd offsets and in any order of the header", async () => {
  const data = Buffer.from(
    "003c" /* 1 */ + "00c0" /* -2 */ + "0100" /* 2^-24 */ + "ffffffff" /* -1 */,
    "hex",
  );
  const path = await foreignFile(
    {
      count: { dtype: "I32", shape: [1], data_offsets: [6, 10] },
      half: { dtype: "F16", shape: [3], data_offsets: [0, 6] },
    },
    data,
  );
  expect(await readAll(path)).toEqual({
    half: { shape: [3], values: [1, -2, 2 ** -24] },
    count: { shape: [1], values: [-1] },
  });
});

test("every binary16 number widens to its exact value", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const widened = decodeValues("F16", new Uint8Array(all.buffer));
  // from the definition: (-1)^s 2^(e-15) (1 + f/1024), subnormals 2^-14 f/1024, e = 31 special
  all.forEach((bits, i) => {
    const [s, e, f] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
    const magnitude =
      e === 31
        ? f === 0
          ? Infinity
          : NaN
        : e === 0
          ? (f / 1024) * 2 ** -14
          : (1 + f / 1024) * 2 ** (e - 15);
    if (!Object.is(widened[i], s === 1 ? -magnitude : magnitude)) {
      throw new Error(`0x${bits.toString(16)}: expected ${magnitude}, got ${widened[i]}`);
    }
  });
});

describe("a damaged or foreign file is refused with the reason", () => {
  const ok = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const four = new Uint8Array(4);
  const cases: [string, () => Promise<string>, string][] = [
    [
      "empty",
      async () => {
        const p = newPath();
        await writeFile(p, "");
        return p;
      },
      "at least 8 bytes",
    ],
    ["values cut off", () => foreignFile({ a: ok }, new Uint8Array(3)), "truncated"],
    ["a tail", () => foreignFile({ a: ok }, new Uint8Array(5)), "has a tail"],
    ["no JSON", () => foreignFile("hello", four), "not a safetensors file"],
    ["an array as header", () => foreignFile("[]", four), "expected a JSON object"],
    [
      "another data type",
      () => foreignFile({ a: { ...ok, dtype: "F64" } }, four),
      "F32, I32, F16, BF16, I64",
    ],
    ["a negative size", () => foreignFile({ a: { ...ok, shape: [-1] } }, four), "shape"],
    [
      "a shape that does not fit",
      () => foreignFile({ a: { ...ok, shape: [2] } }, four),
      "expected 8 bytes",
    ],
    ["overlapping tensors", () => foreignFile({ a: ok, b: ok }, four), "overlap or leave a gap"],
    [
      "a gap",
      () => foreignFile({ a: { ...ok, data_offsets: [4, 8] } }, new Uint8Array(8)),
      "overlap or leave a gap",
    ],
  ];
  for (const [name, create, message] of cases) {
    test(name, async () => {
      await expect(readAll(await create())).rejects.toThrow(message);
    });
  }

  test("a zip file", async () => {
    const path = newPath();
    await writeFile(path, Buffer.from("504b0304140000000800abcdefabcdef", "hex"));
    await expect(readAll(path)).rejects.toThrow("not a safetensors file");
  });

  test("a header that ends early", async () => {
    const path = newPath();
    await writeSafetensors(path, { a: float([1], [1]) });
    await writeFile(path, (await readFile(path)).subarray(0, 20));
    await expect(readAll(path)).rejects.toThrow("truncated");
  });
});
