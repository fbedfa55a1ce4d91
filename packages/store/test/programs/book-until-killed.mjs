/** Books one record after another in job "j" of a store, says how many after each, and never ends. */
import { openStore } from "../../dist/node.js";

const store = await openStore(process.argv[2]);
for (let from = 0; ; from++) {
  const items = [{ number: from, accession: `P${from}`, length: 1, refusal: null }];
  await store.jobs.advance("j", { from, items, resultBytes: (from + 1) * 10 });
  process.stdout.write(`${from + 1}\n`);
}
