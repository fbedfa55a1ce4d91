/**
 * `npm run bench -- ingest/memory PATH MEGABYTES`: reads a file or packed folder once, encoding every
 * record, and prints as JSON how far the resident set rose after the first tenth. A process of its own.
 */

import { encodeSequence } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";

const [path = "", megabytes = ""] = process.argv.slice(2);
const total = Number(megabytes) * 1e6;
const startedAt = performance.now();
let passed = 0;
let records = 0;
let early = 0;
let late = 0;
for await (const record of createFileSource([path])()) {
  const residues = record.packed?.residues() ?? encodeSequence(record.sequence);
  passed += record.header.length + residues.length;
  if (++records % 1000 !== 0) continue;
  const resident = process.memoryUsage.rss();
  if (passed < total / 10) early = Math.max(early, resident);
  else late = Math.max(late, resident);
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(
  JSON.stringify({ records, seconds, earlyMegabytes: early / 1e6, lateMegabytes: late / 1e6 }),
);
