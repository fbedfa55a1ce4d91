/**
 * In a folder on a small file system: sends a file that does not fit, then a job whose result does not
 * fit beside a ballast, waits until the job waits, frees the ballast and waits for its end. Says what it
 * saw as JSON.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openExperiments } from "../../dist/experiment-store.js";
import { fakeJobModels } from "./fake-job-models.mjs";

const directory = process.argv[2];
const logger = { info() {}, warn() {}, error: (facts) => console.error(facts.err) };
const { models } = fakeJobModels();
const { jobs, close } = await openExperiments({
  ...{ directory, runsDirectory: directory, models, logger },
  ...{ reserveBytes: 0, retryMs: 50, pollMs: 20 },
});
const options = { include: "both", letters: "strict" };
const chunk = Buffer.from(`>a\n${"ACDEFGHIKLMNPQRSTVWY".repeat(5)}\n`.repeat(100));
async function* body(chunks) {
  for (let i = 0; i < chunks; i++) yield chunk;
}
const until = async (id, holds) => {
  for (;;) {
    const job = await jobs.get(id);
    if (holds(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

// without a length nothing warns beforehand: the disk itself says no
const refusal = await jobs.send({ body: body(1000), options }).catch((error) => error);
const leftBehind = await readdir(join(directory, "jobs"));
const ballast = join(directory, "ballast");
const { bavail, bsize } = await statfs(directory);
await writeFile(ballast, Buffer.alloc(bavail * bsize - 400_000));
const { id } = await jobs.send({ body: body(5), options });
const waiting = await until(id, ({ waitingFor }) => waitingFor !== null);
await rm(ballast);
const done = await until(id, ({ state }) => state === "done" || state === "failed");
const lines = (await readFile(await jobs.result(id), "utf8")).trimEnd().split("\n");
await close();
process.stdout.write(
  JSON.stringify({
    refusal: refusal.kind,
    leftBehind,
    waiting: { state: waiting.state, waitingFor: waiting.waitingFor, done: waiting.records.done },
    done: { state: done.state, records: done.records, waitingFor: done.waitingFor },
    lines: lines.length,
    distinctPlaces: lines.filter((line) => line.startsWith('{"type":"embedding"')).length,
    hasBallast: existsSync(ballast),
  }),
);
