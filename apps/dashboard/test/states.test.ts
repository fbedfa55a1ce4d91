/** What the dashboard says when there is nothing to show, or something is wrong. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emptyAnswers, fullAnswers } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { committedReports } from "./support/committed-reports.ts";
import { similarityResponse } from "./support/fixture-data.ts";
import {
  type FixtureAnswers,
  type FixtureServer,
  startFixtureServer,
} from "./support/fixture-server.ts";
import { Refusal } from "./support/refusal.ts";

let browser: Browser;
const servers: FixtureServer[] = [];
beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(async () => {
  await closePages(browser);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => browser.close());

async function open(hash: string, answers: FixtureAnswers) {
  const server = await startFixtureServer(answers);
  servers.push(server);
  const watched = await openPage(browser);
  await watched.page.goto(`${server.url}/${hash}`);
  return { ...watched, server };
}

describe("a fresh installation", () => {
  test("no run: the command that trains one", async () => {
    const { page, complaints } = await open("", emptyAnswers());
    await page.getByRole("heading", { name: "No run yet" }).waitFor();
    expect(await page.locator(".command").first().textContent()).toBe(
      "npm run performer -- train configs/demo.json",
    );
    expect(complaints).toEqual([]);
  });

  test.each(["#/explore", "#/similarity"])("%s without a model: how to get one", async (hash) => {
    const { page, complaints } = await open(hash, emptyAnswers());
    await page.getByRole("heading", { name: "No trained model yet" }).waitFor();
    await expect.poll(() => page.locator(".command").count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});

test("an experiment that does not exist: said so, with the list beside it", async () => {
  const { page, complaints } = await open("#/experiments/nonsense", emptyAnswers());
  await page.getByRole("heading", { name: "No experiment is called nonsense" }).waitFor();
  const listed = page.getByRole("navigation", { name: "Experiments" }).getByRole("link");
  await expect.poll(() => listed.count()).toBe(committedReports().length);
  expect(complaints).toEqual([]);
});

describe("an API that does not answer", () => {
  test("says so with the command that starts it; “Try again” recovers", async () => {
    const { page, server } = await open("#/similarity", fullAnswers());
    await page.waitForSelector(".scatter-plot");
    await page.route("**/v1/**", (route) => route.abort());
    await page.goto(`${server.url}/#/runs`);
    await page.reload();
    await page.getByRole("heading", { name: "The runs could not be loaded" }).waitFor();
    const alert = await page.getByRole("alert").textContent();
    expect(alert).toContain(`No answer from ${server.url}`);
    expect(alert).toContain("npm run performer -- serve");
    await page.unroute("**/v1/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector(".key-figures");
  });

  test("keeps what was heard before, and says that it may be old", async () => {
    const { page } = await open("", fullAnswers());
    await page.waitForSelector(".key-figures");
    await page.route("**/v1/runs", (route) => route.abort());
    await page.getByText("the last that was heard").waitFor({ timeout: 15_000 });
    await expect.poll(() => page.locator(".key-figures").count()).toBe(1);
  });
});

test("a refused request shows the API's own words", async () => {
  const answers = fullAnswers();
  const refuse = () => {
    throw new Refusal(429, "Too many requests", "256 wait; try again in 2 s");
  };
  const { page } = await open("#/explore", { ...answers, attention: refuse });
  await page.getByRole("heading", { name: "The attention maps could not be loaded" }).waitFor();
  expect(await page.getByRole("alert").textContent()).toContain(
    "Too many requests: 256 wait; try again in 2 s",
  );
});

test("an accession that nobody bundled: which ones are, and the way on", async () => {
  const { page, complaints } = await open("#/explore?accession=Q99999", fullAnswers());
  await page.getByRole("heading", { name: "The protein could not be loaded" }).waitFor();
  const alert = await page.getByRole("alert").textContent();
  for (const words of ["No protein Q99999", "P00974", "paste the sequence"]) {
    expect(alert).toContain(words);
  }
  expect(complaints).toEqual([]);
  await page.getByLabel("Example").selectOption("P00974");
  await page.waitForSelector(".attention-grid");
});

test("an answer outside the contract names the field", async () => {
  const answers = fullAnswers();
  const response = similarityResponse();
  const broken = { ...response, residues: 20 } as unknown as typeof response;
  const { page } = await open("#/similarity", { ...answers, similarity: () => broken });
  await page.getByRole("heading", { name: "The similarity could not be loaded" }).waitFor();
  const alert = await page.getByRole("alert").textContent();
  expect(alert).toContain("residues");
  expect(alert).toContain("different versions");
});

test("a model with no head kept: undefined figures, and no broken chart", async () => {
  const answers = fullAnswers();
  const response = similarityResponse();
  const { page, complaints } = await open("#/similarity", {
    ...answers,
    similarity: () => ({
      ...response,
      similarity: response.similarity.map((row) => row.map(() => null)),
      headsKept: 0,
      pearson: null,
      spearman: null,
      interval: null,
      mantelP: null,
      embeddingControl: null,
    }),
  });
  await page.getByText("No pair has a defined similarity").waitFor();
  await expect.poll(() => page.locator(".key-value", { hasText: "undefined" }).count()).toBe(4);
  expect(complaints).toEqual([]);
});

test.each([
  [0.2, 1],
  [0.001, 0],
])("Mantel p = %d: the page says %i times that the agreement is chance", async (mantelP, times) => {
  const answers = fullAnswers();
  const similarity = () => ({ ...similarityResponse(), mantelP });
  const { page } = await open("#/similarity", { ...answers, similarity });
  await page.getByText("Marked pairs").waitFor();
  await expect
    .poll(() => page.getByText("No agreement with BLOSUM62 beyond chance").count())
    .toBe(times);
});

test("a run that does not exist: says so beside the list of those that do", async () => {
  const { page } = await open("#/runs/no-such-run", fullAnswers());
  await page.getByRole("heading", { name: "No run is called no-such-run" }).waitFor();
  await expect.poll(() => page.locator(".run-link").count()).toBe(3);
});

test("a similarity that takes long: what is happening, and for how long", async () => {
  const { page } = await open("", fullAnswers());
  await page.route("**/v1/similarity*", () => {}); // never answered
  await page.getByRole("link", { name: "Similarity" }).click();
  await page.getByRole("status").filter({ hasText: "once for each checkpoint" }).waitFor();
});

test("a busy model is told from a missing one", async () => {
  const answers = {
    ...fullAnswers(),
    similarity: () => {
      throw new Refusal(503, "The model is busy", "64 jobs wait; try again in 10 s");
    },
  };
  const { page } = await open("#/similarity", answers);
  await page.getByText("The model is busy: 64 jobs wait; try again in 10 s").waitFor();
});
