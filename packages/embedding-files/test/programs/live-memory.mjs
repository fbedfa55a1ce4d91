/**
 * `node --expose-gc live-memory.mjs FOLDER`: for each format, rows go through parts and writer. Printed
 * as JSON is how much more is alive after a garbage collection when eight batches of the writer are
 * through than when two were. The resident set would also show what V8 has not collected yet.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  addTotals,
  allocateBatch,
  createLayout,
  EMBEDDING_FORMATS,
  NO_TOTALS,
  openParts,
  totalsOfRow,
} from "@performer/embedding-files";

const folder = process.argv[2];
const ROWS_OF_PART = 1024;
/** What a writer gathers: between two batches it should hold none. */
const BATCH_BYTES = 1_048_576;
const ROWS_OF_BATCH = BATCH_BYTES / (64 * Float32Array.BYTES_PER_ELEMENT);
const rows = 8 * ROWS_OF_BATCH;
const layout = createLayout({
  embeddingSize: 64,
  dtype: "f32",
  layers: null,
  mean: true,
  perResidue: false,
});
const description = {};
const parts = await openParts({
  folder: join(folder, "parts"),
  layout,
  description,
  resume: false,
});
let totals = NO_TOTALS;
const ofParts = createGauge();
for (let start = 0; start < rows; start += ROWS_OF_PART) {
  const heads = Array.from({ length: ROWS_OF_PART }, (_, i) => {
    return { record: start + i, id: `p${start + i}`, accession: `p${start + i}`, length: 300 };
  });
  totals = heads.map(totalsOfRow).reduce(addTotals, totals);
  await parts.append(allocateBatch(layout, heads), start + ROWS_OF_PART);
  await ofParts.note(start + ROWS_OF_PART);
}
const growth = { parts: ofParts.growth() };
for (const [ending, write] of Object.entries(EMBEDDING_FORMATS)) {
  // a format may read the rows several times, array by array: each is a way of its own
  const gauges = [];
  await write({
    path: join(folder, `out${ending}`),
    layout,
    totals,
    metadata: {},
    batchBytes: BATCH_BYTES,
    batches: async function* () {
      const gauge = createGauge();
      gauges.push(gauge);
      let row = 0;
      for await (const batch of parts.batches()) {
        yield batch;
        row += batch.heads.length;
        await gauge.note(row);
      }
    },
  });
  growth[ending] = Math.max(...gauges.map((gauge) => gauge.growth()));
}
await parts.remove();
console.log(JSON.stringify(growth));

function createGauge() {
  const alive = new Map();
  return {
    async note(row) {
      if (row !== 2 * ROWS_OF_BATCH && row !== rows) return;
      globalThis.gc();
      await setImmediate(); // what streams and reads still held is let go
      globalThis.gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      alive.set(row, heapUsed + arrayBuffers);
    },
    growth: () => alive.get(rows) - alive.get(2 * ROWS_OF_BATCH),
  };
}
