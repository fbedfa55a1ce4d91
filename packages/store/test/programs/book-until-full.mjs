/**
 * Books records in job "j" of a new store until the store refuses one, then says as JSON how many were
 * booked, why it was refused, and what the store, still open, reads afterwards.
 */
import { openStore } from "../../dist/node.js";

const store = await openStore(process.argv[2]);
const id = "j";
await store.jobs.create({
  id,
  createdAt: "2026-01-01T00:00:00.000Z",
  model: "m",
  modelIdentity: "f",
  options: { include: "mean", letters: "strict" },
  inputBytes: 1,
});
const total = 1_000_000;
await store.jobs.start(id, { total, totalResidues: total, startedAt: "2026-01-01T00:00:00.000Z" });
const accession = "A".repeat(2000);
for (let from = 0; ; from++) {
  const items = [{ number: from, accession, length: 1, refusal: null }];
  try {
    await store.jobs.advance(id, { from, items, resultBytes: from + 1 });
  } catch (error) {
    const { done, resultBytes } = await store.jobs.get(id);
    process.stdout.write(JSON.stringify({ booked: from, kind: error.kind, done, resultBytes }));
    break;
  }
}
