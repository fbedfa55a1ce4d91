/** Mutations, embeddings, the model's page and compared runs: with data, empty, on the way, and refused. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fullAnswers } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { BPT1_BOVIN, mutationsResponse } from "./support/fixture-data.ts";
import { type FixtureServer, startFixtureServer } from "./support/fixture-server.ts";
import { Refusal } from "./support/refusal.ts";

let browser: Browser;
let server: FixtureServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startFixtureServer(fullAnswers())]);
});
afterEach(async () => {
  await closePages(browser);
  Object.assign(server.answers, fullAnswers());
});
afterAll(() => Promise.all([browser.close(), server.close()]));

async function open(hash: string, selector: string) {
  const watched = await openPage(browser);
  await watched.page.goto(`${server.url}/${hash}`);
  await watched.page.waitForSelector(selector);
  return watched;
}

describe("mutations", () => {
  test("every position once over the strips, the wild types left out, extremes as the scores have them", async () => {
    const { page, complaints } = await open("#/mutations", ".strips .heat-map");
    const counts = await page
      .locator(".strips .cells")
      .evaluateAll((strips) => strips.map((strip) => strip.querySelectorAll("rect").length));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20 * BPT1_BOVIN.length);
    const { residues, scores } = mutationsResponse({
      sequence: BPT1_BOVIN,
      method: "single-pass",
      dryRun: false,
    });
    const least = Math.min(...scores.flat());
    const shown = await page
      .locator(".halves .panel")
      .nth(1)
      .locator("tbody tr")
      .first()
      .textContent();
    const [, wildType, position, mutant, score] =
      /^([A-Z])(\d+)([A-Z])−(\d+\.\d+)$/.exec(shown ?? "") ?? [];
    expect(BPT1_BOVIN[Number(position) - 1]).toBe(wildType);
    expect(Number(score)).toBeCloseTo(-least, 2);
    expect(scores[Number(position) - 1]?.[residues.indexOf(mutant ?? "")]).toBe(least);
    expect(complaints).toEqual([]);
  });

  test("masked marginals: the cost first, then in pieces with progress", async () => {
    const asked: number[] = [];
    server.answers.mutations = (question) => {
      asked.push(question.positions?.length ?? 0);
      return mutationsResponse(question);
    };
    const { page, complaints } = await open("#/mutations?method=masked-marginals", ".ask");
    expect(await page.locator(".ask").textContent()).toContain("100 passes, 10,000 residues");
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Compute on the server" }).click();
    await page.waitForSelector(".strips .heat-map");
    expect(asked).toEqual([64, 36]);
    expect(complaints).toEqual([]);
  });

  test("refused: the API's words, and “Try again” recovers", async () => {
    server.answers.mutations = () => {
      throw new Refusal(503, "The model is busy", "try again in 10 s");
    };
    const { page } = await open("#/mutations", ".notice-error");
    expect(await page.getByRole("alert").textContent()).toContain("The model is busy: try again");
    server.answers.mutations = mutationsResponse;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector(".strips .heat-map");
  });
});

describe("embeddings", () => {
  const FASTA = [..."ACDEFGHIKL"].map(
    (letter, i) => `>p${i} group=${i % 2}\n${letter.repeat(6 + i)}`,
  );

  test("nothing chosen: what to bring", async () => {
    const { page, complaints } = await open("#/embeddings", ".notice");
    await page.getByRole("heading", { name: "No proteins yet" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("a pasted FASTA: a point a protein, coloured by cluster, length and a field of the headers", async () => {
    const { page, complaints } = await open("#/embeddings", ".set-form");
    await page.getByLabel("Proteins, FASTA").fill(FASTA.join("\n"));
    await page.getByRole("button", { name: "Embed" }).click();
    await page.waitForSelector(".point-map");
    await expect.poll(() => page.locator(".point-map circle[data-index]").count()).toBe(10);
    const key = () => page.locator(".point-map .key text").allTextContents();
    await page.getByLabel("Clusters").selectOption("3");
    // lengths 6 to 15: the fixture puts them into clouds by their rest modulo 3
    await expect.poll(key).toEqual(["cluster 1 (4)", "cluster 2 (3)", "cluster 3 (3)"]);
    await page.getByLabel("Colour by").selectOption("field group");
    await expect.poll(key).toEqual(["0 (5)", "1 (5)"]);
    await page.getByLabel("Colour by").selectOption("length");
    await expect.poll(async () => (await key())[0]).toBe("residues 6");
    expect(complaints).toEqual([]);
  });

  test("colours and clusters are in the address, and a link with them shows the same", async () => {
    const { page } = await open("#/embeddings?set=sample", ".point-map");
    const key = (of: Page) => of.locator(".point-map .key text").allTextContents();
    await page.getByLabel("Clusters").selectOption("2");
    await expect.poll(async () => (await key(page)).length).toBe(2);
    await expect.poll(() => page.url()).toContain("set=sample&clusters=2");
    const sent = await open(page.url().slice(page.url().indexOf("#")), ".point-map");
    expect(await key(sent.page)).toEqual(await key(page));
    await page.getByLabel("Colour by").selectOption("length");
    await expect.poll(() => page.url()).toContain("color=length");
    await page.getByLabel("Colour by").selectOption("cluster");
    await page.getByLabel("Clusters").selectOption("4");
    await expect.poll(() => page.url()).toMatch(/set=sample$/);
  });

  test("the keyboard walks over the points and opens one in Explore", async () => {
    const { page } = await open("#/embeddings?set=sample", ".point-map");
    await page.locator(".point-map .points").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.locator(".map-readout").textContent()).toMatch(/ residues/);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".attention-grid");
    expect(page.url()).toContain("#/explore?sequence=");
  });

  test("what cannot be embedded is counted, and one protein is too few", async () => {
    const { page } = await open("#/embeddings", ".set-form");
    const long = `>long\n${"A".repeat(600)}`;
    await page.getByLabel("Proteins, FASTA").fill(`${FASTA[0]}\n${long}\n>odd\nM1K`);
    await page.getByRole("button", { name: "Embed" }).click();
    await page.getByRole("heading", { name: "Too few proteins" }).waitFor();
    expect(await page.locator(".banner").textContent()).toBe(
      "Left out: 1 longer than 510 residues; 1 that are no protein sequences.",
    );
  });
});

test("the model's page: figures, configuration, and its card as elements of the page", async () => {
  const { page, complaints } = await open("#/model", ".markdown");
  const text = await page.locator("main").textContent();
  for (const words of ["11.42", "FAVOR+, relu, 256 orthogonal features", "made-up proteins"]) {
    expect(text).toContain(words);
  }
  expect(await page.locator(".markdown strong").textContent()).toBe("few");
  expect(await page.locator(".markdown tbody th").textContent()).toBe("width");
  expect(await page.locator(".markdown td code").textContent()).toBe("256");
  expect(complaints).toEqual([]);
});

describe("compared runs", () => {
  test("the list chooses; each run has a smoothed line over its raw one, and the baseline is one line", async () => {
    const { page, complaints } = await open("#/runs/demo", ".run-list");
    await page.getByLabel("compare uniref-small").check();
    await page.waitForSelector("[aria-label='Compared runs'] .line-chart");
    expect(page.url()).toContain("with=uniref-small");
    const lines = page.locator("[aria-label='Compared runs'] .line-chart");
    // the second run's events may come after the first picture
    const count = (opacity: string) => lines.locator(`.line[stroke-opacity="${opacity}"]`).count();
    await expect.poll(async () => [await count("0.3"), await count("1")]).toEqual([2, 4]);
    expect(await lines.locator(".references text").allTextContents()).toEqual([
      "residue frequencies",
    ]);
    // names stand in the order in which their lines end
    expect((await lines.locator(".names text").allTextContents()).sort()).toEqual([
      "demo",
      "demo, validation",
      "uniref-small",
      "uniref-small, validation",
    ]);
    expect(complaints).toEqual([]);
  });

  test("without smoothing the line is its raw one", async () => {
    const { page } = await open("#/runs/demo?with=demo-wide", "[aria-label='Compared runs'] .line");
    const drawn = () =>
      page
        .locator("[aria-label='Compared runs'] .line")
        .evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
    const [raw, smooth] = [(await drawn())[0], (await drawn())[2]];
    expect(smooth).not.toBe(raw);
    await page.getByLabel(/^Smoothing/).fill("0");
    await expect.poll(async () => (await drawn())[2]).toBe((await drawn())[0]);
  });
});
