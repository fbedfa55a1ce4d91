/**
 * Which part of a split an identifier belongs to: SHA-256 of the identifier, as a number from 0 to 1,
 * against the shares. It depends on nothing else, so the same cluster is in the same part in each
 * release, file and order, and a larger test share keeps every record that a smaller one had.
 */
import { createHash } from "node:crypto";

export type Part = "train" | "valid" | "test";

export interface Shares {
  readonly valid: number;
  readonly test: number;
}

/** [0, 1) from the first 48 bits of the digest. */
export function positionOfId(id: string): number {
  return createHash("sha256").update(id).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** test lies at the lower end, valid at the upper one: changing one share moves no record of the other. */
export function partOfId(id: string, { valid, test }: Shares): Part {
  const position = positionOfId(id);
  if (position < test) return "test";
  return position >= 1 - valid ? "valid" : "train";
}
