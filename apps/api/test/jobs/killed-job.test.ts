/**
 * kill -9 at random moments of a bulk job, again and again until it is through: the result is byte for
 * byte that of a job that nobody killed, and every record is booked once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@performer/store/node";
import { expect, test } from "vitest";
import { manyRecords, temporaryFolder } from "./support.ts";

const program = join(import.meta.dirname, "../programs/work-off-jobs.mjs");
const RECORDS = 4_000;
const KILLS = 8;

const start = (...args: readonly string[]) =>
  spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });

/** @returns what it said before it ended. */
async function untilEnd(child: ChildProcess): Promise<string> {
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  await once(child, "close");
  return said;
}

test("a job that is killed many times loses nothing and doubles nothing", async () => {
  const folder = await temporaryFolder();
  const fasta = join(folder, "many.fasta");
  await writeFile(fasta, manyRecords(RECORDS));
  const whole = join(folder, "whole");
  const [wholeId] = (await untilEnd(start(whole, fasta))).split("\n");
  const expected = await readFile(join(whole, "jobs", wholeId as string, "result.ndjson"));

  const killed = join(folder, "killed");
  const sender = start(killed, fasta);
  const [line] = (await once(sender.stdout, "data")) as [Buffer];
  const id = line.toString().trim();
  sender.kill("SIGKILL");
  await once(sender, "close");
  const progress: number[] = [];
  for (let kill = 1; kill < KILLS; kill++) {
    const store = await openStore(join(killed, "experiments.sqlite"));
    progress.push((await store.jobs.get(id))?.done ?? -1);
    const before = progress.at(-1) as number;
    const child = start(killed);
    // let it come some way into its work, and strike anywhere from there on
    while (child.exitCode === null && ((await store.jobs.get(id))?.done ?? 0) <= before) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    store.close();
  }
  expect(await untilEnd(start(killed))).toContain("done");

  const context = `records booked at each kill: ${progress.join(", ")}`;
  const result = await readFile(join(killed, "jobs", id, "result.ndjson"));
  expect(result.equals(expected), context).toBe(true);
  const store = await openStore(join(killed, "experiments.sqlite"));
  const job = await store.jobs.get(id);
  const items = await store.jobs.items(id, { limit: 2 * RECORDS });
  store.close();
  expect(job).toMatchObject({ state: "done", done: RECORDS, resultBytes: expected.length });
  expect(items.map(({ accession }) => accession)).toEqual(
    Array.from({ length: RECORDS }, (_, number) => `P${number}`),
  );
  // it was struck in the middle of its work, not before or after
  expect(progress.filter((done) => done > 0 && done < RECORDS).length, context).toBeGreaterThan(3);
}, 120_000);
