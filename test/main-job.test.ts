/**
 * The main job as a user does it, on real proteins and with nothing faked: train the demo model,
 * evaluate it, embed a protein, serve, and look at the three views in a browser.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { performer, startPerformer } from "../apps/cli/test/support/performer.ts";
import { launchChromium, openPage } from "../apps/dashboard/test/support/browser.ts";

const root = join(import.meta.dirname, "..");
const TEN_MINUTES_MS = 600_000;

let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), "performer-main-job-"));
  const config = join(root, "configs", "demo.json");
  const { exitCode, stderr } = await performer(["train", config, "--runs", runs]);
  expect(exitCode, stderr).toBe(0);
}, TEN_MINUTES_MS);
afterAll(() => rm(runs, { recursive: true }));

test("the demo model predicts hidden residues better than the unigram baseline", async () => {
  const { stdout, stderr } = await performer([
    "evaluate",
    ...["--checkpoint", join(runs, "demo")],
    "--json",
  ]);
  const { sets } = JSON.parse(stdout || stderr);
  const { model, baselines } = sets[0].parts[0];
  expect(model.draws[0].weightSum).toBeGreaterThan(5_000);
  expect(baselines[0].perplexity).toBeCloseTo(18.056, 3);
  expect(model.perplexity.mean).toBeLessThan(baselines[0].perplexity);
});

test("embedding gives each residue a vector, and their mean", async () => {
  const checkpoint = ["--checkpoint", join(runs, "demo")];
  const { stdout } = await performer(["embed", "-", "--per-residue", ...checkpoint], {
    input: ">one first\nMKTAYIAKQR\n>two\nMSSP\n",
  });
  const records = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map(({ accession, length }) => [accession, length])).toEqual([
    ["one", 10],
    ["two", 4],
  ]);
  for (const { length, residues, mean } of records) {
    expect(residues).toHaveLength(length);
    const sums = mean.map((_: number, i: number) =>
      residues.reduce((sum: number, vector: number[]) => sum + vector[i]!, 0),
    );
    for (const [i, sum] of sums.entries()) expect(mean[i]).toBeCloseTo(sum / length, 5);
  }
});

test(
  "the served dashboard shows curves, maps and matrices of the run, and the console stays silent",
  async () => {
    // the run that was just trained, whatever ships with the clone
    const none = join(runs, "no-models");
    const server = startPerformer(["serve", "--port", "0", "--runs", runs, "--models", none]);
    const browser = await launchChromium();
    try {
      const [, url] = await server.until(/Serving on (http:\S+)/);
      const { page, complaints } = await openPage(browser);
      await page.goto(`${url}/#/training`);
      await page.locator(".training-curves canvas").first().waitFor();
      expect(await page.locator("main").textContent()).toContain("baseline 18.06");
      await page.goto(`${url}/#/attention`);
      await page.locator(".attention-grid button canvas").nth(31).waitFor(); // 4 layers × 8 heads
      await page.goto(`${url}/#/similarity`);
      await page.getByText("32 of 32").waitFor({ timeout: 120_000 });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      server.child.kill("SIGINT");
      expect((await server.ended).exitCode).toBe(0);
    }
  },
  TEN_MINUTES_MS,
);
