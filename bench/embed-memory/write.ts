/**
 * One format in a process of its own: rows that are made as they are asked for go through parts and
 * writer, and the resident set is noted after the first tenth and at its highest after it.
 * `node bench/main.mjs embed-memory/write ENDING ROWS FOLDER` prints JSON.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import {
  addTotals,
  allocateBatch,
  createLayout,
  EMBEDDING_FORMATS,
  type EmbeddingBatch,
  type EmbeddingEnding,
  NO_TOTALS,
  openParts,
  type RowHead,
  totalsOfRow,
} from "@performer/embedding-files";

const [ending = ".h5", rowsText = "100000", folder = ""] = process.argv.slice(2);
const rows = Number(rowsText);
const ROWS_OF_PART = 1000;
const layout = createLayout({
  embeddingSize: 64,
  dtype: "f32",
  layers: null,
  mean: true,
  perResidue: false,
});

const headOf = (record: number): RowHead => ({
  record,
  id: `protein-${record}`,
  accession: `protein-${record}`,
  length: 300,
});

function batchFrom(start: number): EmbeddingBatch {
  const heads = Array.from({ length: Math.min(ROWS_OF_PART, rows - start) }, (_, i) =>
    headOf(start + i),
  );
  const batch = allocateBatch(layout, heads);
  batch.vectors[0]?.set(batch.vectors[0].map((_, i) => Math.sin(start + i)));
  return batch;
}

let early = 0;
let late = 0;
/** @param share of the work that is done. */
function note(share: number): void {
  const resident = process.memoryUsage.rss();
  if (share < 0.1) early = Math.max(early, resident);
  else late = Math.max(late, resident);
}

const started = performance.now();
const description = { bench: true };
const parts = await openParts({
  folder: join(folder, `parts${ending}`),
  layout,
  description,
  resume: false,
});
let totals = NO_TOTALS;
for (let start = 0; start < rows; start += ROWS_OF_PART) {
  const batch = batchFrom(start);
  totals = batch.heads.map(totalsOfRow).reduce(addTotals, totals);
  await parts.append(batch, start + batch.heads.length);
  note(start / rows / 2);
}
const path = join(folder, `out${ending}`);
const writing = performance.now();
await EMBEDDING_FORMATS[ending as EmbeddingEnding]({
  path,
  layout,
  totals,
  metadata: {},
  batches: async function* () {
    for await (const batch of parts.batches()) {
      note(0.5);
      yield batch;
    }
  },
});
note(1);
const seconds = (performance.now() - writing) / 1000;
console.log(
  JSON.stringify({
    partsSeconds: (writing - started) / 1000,
    seconds,
    sizeBytes: (await stat(path)).size,
    early,
    late,
  }),
);
await parts.remove();
