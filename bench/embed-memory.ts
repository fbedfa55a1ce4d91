/**
 * Memory and rate of the files of embeddings: `npm run bench -- embed-memory [ROWS …]`. The same writer
 * with ten times the rows must not take more: the numbers of rows are the columns of comparison.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EMBEDDING_FORMATS } from "@performer/embedding-files";
import { machineDescription } from "./train/machine.ts";

const run = promisify(execFile);
const MEBIBYTE = 2 ** 20;
const sizes = process.argv.slice(2).map(Number);

console.log(machineDescription());
console.log("\nMeans of 64 numbers in float32, from parts of 1,000 rows; a process each.\n");
console.log(
  "| format | rows | file, MB | parts, rows/s | file, rows/s | highest resident, MiB: first tenth | after it |",
);
console.log("|---|---|---|---|---|---|---|");
for (const ending of Object.keys(EMBEDDING_FORMATS)) {
  for (const rows of sizes.length > 0 ? sizes : [20_000, 200_000, 1_000_000]) {
    const folder = await mkdtemp(join(tmpdir(), "embed-memory-"));
    const args = [join(import.meta.dirname, "main.mjs"), "embed-memory/write"];
    const { stdout } = await run(process.execPath, [...args, ending, String(rows), folder]);
    const { sizeBytes, partsSeconds, seconds, early, late } = JSON.parse(
      stdout.trim().split("\n").at(-1) ?? "",
    );
    const cells = [
      ending,
      rows.toLocaleString("en"),
      (sizeBytes / 1e6).toFixed(1),
      Math.round(rows / partsSeconds).toLocaleString("en"),
      Math.round(rows / seconds).toLocaleString("en"),
      (early / MEBIBYTE).toFixed(0),
      (late / MEBIBYTE).toFixed(0),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    await rm(folder, { recursive: true });
  }
}
