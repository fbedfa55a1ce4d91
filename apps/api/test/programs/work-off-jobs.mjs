/**
 * Works off the jobs of the folder that is given until none is left, then says "done". The model is a
 * function of the residues, a few milliseconds a chunk; store, files and runner are the real ones.
 * With a third argument it first sends the FASTA file of that path as a job, and says its id.
 */
import { createReadStream } from "node:fs";
import { openExperiments } from "../../dist/experiment-store.js";
import { fakeJobModels } from "./fake-job-models.mjs";

const [directory, fasta] = process.argv.slice(2);
const logger = { info() {}, warn() {}, error: (facts) => console.error(facts.err) };
const { models } = fakeJobModels({ delayMs: 3 });
const { store, jobs, close } = await openExperiments({
  directory,
  runsDirectory: directory,
  models,
  logger,
});
if (fasta !== undefined) {
  const options = { include: "both", letters: "strict" };
  const { id } = await jobs.send({ body: createReadStream(fasta), options });
  process.stdout.write(`${id}\n`);
}
while ((await store.jobs.next()) !== null) await new Promise((resolve) => setTimeout(resolve, 5));
await close();
process.stdout.write("done\n");
