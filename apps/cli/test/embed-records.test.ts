import type { FastaRecord } from "@performer/proteins";
import { describe, expect, it } from "vitest";
import {
  type EmbeddedRecord,
  type EmbedRecordsOptions,
  embedRecords,
} from "../src/embed-records.ts";

const record = (header: string, sequence: string, line = 1): FastaRecord => ({
  header,
  sequence: new TextEncoder().encode(sequence),
  source: "proteins.fasta",
  line,
});

async function* stream(records: readonly FastaRecord[]) {
  yield* records;
}

/** A model of one number a residue: its id. */
function options(overrides: Partial<EmbedRecordsOptions> = {}) {
  const batchSizes: number[] = [];
  const embed: EmbedRecordsOptions["embed"] = async (sequences) => {
    batchSizes.push(sequences.length);
    return sequences.map((ids) => ({
      length: ids.length,
      residues: Float32Array.from(ids),
      mean: Float32Array.of(ids.reduce((sum, id) => sum + id, 0) / ids.length),
    }));
  };
  return { embed, maxResidues: 5000, policy: "strict" as const, batchSizes, ...overrides };
}

async function all(records: readonly FastaRecord[], given: EmbedRecordsOptions) {
  const embedded: EmbeddedRecord[] = [];
  for await (const each of embedRecords(stream(records), given)) embedded.push(each);
  return embedded;
}

describe("embedRecords", () => {
  it("keeps the order of the records over batches, and gathers a bounded number of residues", async () => {
    const long = "A".repeat(5000);
    const records = ["a", "b", "c", "d", "e"].map((name) => record(name, long));
    const given = options();
    const embedded = await all(records, given);
    expect(embedded.map(({ accession, length }) => [accession, length])).toEqual(
      ["a", "b", "c", "d", "e"].map((name) => [name, 5000]),
    );
    expect(given.batchSizes).toEqual([2, 2, 1]);
  });

  it("gives nothing for no records, without calling the model", async () => {
    const given = options();
    expect(await all([], given)).toEqual([]);
    expect(given.batchSizes).toEqual([]);
  });

  it("names file and line of a letter that is no residue, and reads it as X if lenient", async () => {
    const records = [record("a", "MK1", 7)];
    await expect(all(records, options())).rejects.toThrow('proteins.fasta:7: "1" at position 3');
    const [embedded] = await all(records, options({ policy: "lenient" }));
    expect(embedded?.length).toBe(3);
  });

  it("never cuts: a sequence that is too long is an error with the limit, or passed over by name", async () => {
    const records = [record("a", "MKTA", 1), record("b", "MKT", 3)];
    const refused = all(records, options({ maxResidues: 3 }));
    await expect(refused).rejects.toThrow(
      "proteins.fasta:1: the sequence has 4 residues, the model takes 3",
    );
    const passedOver: string[] = [];
    const onTooLong = (message: string) => passedOver.push(message);
    const embedded = await all(records, options({ maxResidues: 3, onTooLong }));
    expect(embedded.map(({ accession }) => accession)).toEqual(["b"]);
    expect(passedOver).toHaveLength(1);
  });

  it("refuses a record of gaps only", async () => {
    await expect(all([record("a", "--*", 2)], options())).rejects.toThrow("proteins.fasta:2");
  });
});
