import { formatFasta, readFasta } from "@performer/proteins";
import fc from "fast-check";
import { expect, test } from "vitest";

async function readBack(text: string) {
  async function* bytes() {
    yield new TextEncoder().encode(text);
  }
  const records: [string, string][] = [];
  for await (const { header, sequence } of readFasta(bytes(), { source: "text" })) {
    records.push([header, new TextDecoder().decode(sequence)]);
  }
  return records;
}

test("lines of 60 residues under the header", () => {
  expect(formatFasta("one two", "A".repeat(61))).toBe(`>one two\n${"A".repeat(60)}\nA\n`);
  expect(formatFasta("exact", "C".repeat(60))).toBe(`>exact\n${"C".repeat(60)}\n`);
});

test("what is written is read back, record by record", async () => {
  const residues = fc
    .array(fc.constantFrom(..."ACDEFGHIKLMNPQRSTVWYBOUXZ"), { minLength: 1, maxLength: 200 })
    .map((letters) => letters.join(""));
  const header = fc.constantFrom("a", "sp|P00974|BPT1_BOVIN name OS=Bos", "generated_1 cut");
  const records = fc.array(fc.tuple(header, residues), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(records, async (written) => {
      const text = written.map(([name, sequence]) => formatFasta(name, sequence)).join("");
      expect(await readBack(text)).toEqual(written);
    }),
    { seed: 5 },
  );
});

test("refuses what would not be read back", () => {
  expect(() => formatFasta("a\nb", "MK")).toThrow("expected a header of one line");
  expect(() => formatFasta("a", "")).toThrow("expected residues");
  expect(() => formatFasta("a", "M\nK")).toThrow("expected residues");
});
