/**
 * A list of families to keep out of training, validation and test: one a line, of what headers say.
 * `UniRef50_P00974` (cluster), `P00974` (accession), `BPT1_BOVIN` (RepID or entry name),
 * `TaxID=9913` (organism, OX of UniProtKB); `#` begins a comment.
 */
import { readFile } from "node:fs/promises";
import type { ParsedHeader } from "@performer/proteins";
import { DataError } from "./data-error.ts";

export interface HeldOutList {
  /** Whether a record belongs to the list; remembers which entry it was. */
  holds(header: ParsedHeader): boolean;
  /** Entries that no record had so far. */
  unmatched(): string[];
}

/** @throws {DataError} where the file cannot be read or names nothing. */
export async function readHeldOutList(path: string): Promise<HeldOutList> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(
      `expected a list of held-out families at ${path}, got ${cause.code}; check the path`,
      { cause },
    );
  });
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  const strange = entries.find((entry) => /\s/.test(entry));
  if (entries.length === 0 || strange !== undefined) {
    throw new DataError(
      `expected ${path} to name one cluster, accession, RepID or TaxID=… a line, got ${strange === undefined ? "none" : JSON.stringify(strange)}; correct the list`,
    );
  }
  return createHeldOutList(entries);
}

export function createHeldOutList(entries: readonly string[]): HeldOutList {
  const listed = new Set(entries);
  const unmatched = new Set(entries);
  return {
    holds({ id, accession, representative, entryName, taxonomyId }) {
      const names = [id, accession, representative, entryName, `TaxID=${taxonomyId}`];
      const matching = names.filter((name) => name !== undefined && listed.has(name));
      for (const name of matching) unmatched.delete(name!);
      return matching.length > 0;
    },
    unmatched: () => [...unmatched],
  };
}
