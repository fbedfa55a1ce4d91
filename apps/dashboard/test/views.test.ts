/** The built dashboard in a real browser: each view with data, and a console that stays silent. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fullAnswers, LIVE_RUN } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { committedReports } from "./support/committed-reports.ts";
import { modelSummary, shippedModel, similarityResponse } from "./support/fixture-data.ts";
import { type FixtureServer, startFixtureServer } from "./support/fixture-server.ts";

let browser: Browser;
let server: FixtureServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startFixtureServer(fullAnswers())]);
});
afterEach(() => closePages(browser));
afterAll(() => Promise.all([browser.close(), server.close()]));

/** Opens a view and waits for `selector`. */
async function open(hash: string, selector: string) {
  const watched = await openPage(browser);
  await watched.page.goto(`${server.url}/${hash}`);
  await watched.page.waitForSelector(selector);
  return watched;
}

describe("runs", () => {
  test("the newest run: its figures beside the baseline, both curves, its evaluations", async () => {
    const { page, complaints } = await open("", ".key-figures");
    // the events of a run that goes on come one after another
    await expect.poll(() => page.locator("tbody tr").count()).toBe(6);
    const text = await page.locator("main").textContent();
    expect(text).toContain(LIVE_RUN);
    expect(text).toContain("baseline 17.83");
    expect(text).toContain("baseline 9.9 %");
    const curves = page.locator(".training-curves canvas");
    await expect
      .poll(() => curves.nth(0).getAttribute("aria-label"))
      .toMatch(/^perplexity .* training .* step 1200, validation .*, unigram baseline 17\.8$/);
    await expect
      .poll(() => curves.nth(1).getAttribute("aria-label"))
      .toMatch(/^accuracy .* baseline 0\.0988$/);
    expect(complaints).toEqual([]);
  });

  test("the list leads to the other runs, and an address to one of them", async () => {
    const { page, complaints } = await open("", ".run-list");
    await page.getByRole("link", { name: /^demo 1/ }).click();
    await page.getByRole("heading", { name: /^demo finished/ }).waitFor();
    expect(page.url()).toMatch(/#\/runs\/demo$/);
    await page.locator("[data-stream=closed]").waitFor();
    expect(complaints).toEqual([]);
  });

  test("a run whose process died is shown as interrupted", async () => {
    const { page } = await open("#/runs/demo-wide", ".key-figures");
    expect(await page.locator("h1 [data-status]").getAttribute("data-status")).toBe("interrupted");
  });
});

describe("explore", () => {
  const cells = ".sequence-map .cells";

  test("P00974: one map a layer and head, each with its reading", async () => {
    const { page, complaints } = await open("#/explore", ".attention-grid");
    await expect.poll(() => page.locator(".attention-grid button canvas").count()).toBe(6 * 8);
    expect(await page.locator("main").textContent()).toContain("100 residues");
    const names = await page
      .locator(".attention-grid button")
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label")));
    expect(names[0]).toMatch(/^layer 1, head 1: \d+ local$/);
    expect(names[2]).toMatch(/^layer 1, head 3: \d+ striped$/);
    expect(names[3]).toMatch(/^layer 1, head 4: \d+ flat$/);
    expect(complaints).toEqual([]);
  });

  test("a click opens the larger map, and pointing into it names both residues", async () => {
    const { page, complaints } = await open("#/explore", ".attention-grid");
    await page.getByRole("button", { name: /^layer 2, head 3/ }).click();
    await page.waitForSelector(cells);
    expect(page.url()).toContain("head=2.3");
    const box = await page.locator(cells).boundingBox();
    if (box === null) throw new Error("expected the larger map on the page, got none");
    // row 26 is C26 and column 31 is Q31, counted from 1
    await page.mouse.move(box.x + (30.5 / 100) * box.width, box.y + (25.5 / 100) * box.height);
    expect(await page.locator(".map-readout").textContent()).toMatch(
      /^C26 attends to Q31: 0\.\d+$/,
    );
    expect(complaints).toEqual([]);
  });

  test("the address opens the map of a head; next, previous and Escape move on from it", async () => {
    const { page } = await open("#/explore?accession=P00974&head=1.8", cells);
    const title = page.locator(".attention-one h2").first();
    await page.getByRole("button", { name: "Next" }).click();
    await expect.poll(() => title.textContent()).toBe("Layer 2, head 1");
    await page.getByRole("button", { name: "Previous" }).click();
    await expect.poll(() => title.textContent()).toBe("Layer 1, head 8");
    await page.keyboard.press("Escape");
    await title.waitFor({ state: "detached" });
    expect(await page.locator("[aria-pressed=true]").count()).toBe(0);
  });

  test("choosing a head leaves the grid standing and the focus in it", async () => {
    const { page } = await open("#/explore", ".attention-grid");
    const button = page.getByRole("button", { name: /^layer 3, head 2/ });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(cells);
    // the grid is drawn smaller to make room, and the focus goes to the same head of the new one
    await expect.poll(() => button.getAttribute("aria-pressed")).toBe("true");
    await expect
      .poll(() => button.evaluate((element) => element === document.activeElement))
      .toBe(true);
  });

  test("a pasted FASTA record is shown; a text that is no protein is refused on the spot", async () => {
    const { page, complaints } = await open("#/explore", ".attention-grid");
    const text = page.getByLabel("Sequence, bare or FASTA");
    const show = page.getByRole("button", { name: "Show" }).nth(1);
    await text.fill("MK7A");
    await show.click();
    expect(await page.getByRole("alert").textContent()).toBe(
      "“7” at position 3 is no residue letter.",
    );
    await text.fill(">a protein\nMKTAYIAKQR\nQISFVKSHFS");
    await show.click();
    await page.getByText("20 residues").waitFor();
    expect(page.url()).toContain("sequence=MKTAYIAKQRQISFVKSHFS");
    expect(complaints).toEqual([]);
  });
});

describe("the model", () => {
  const asked: (string | undefined)[] = [];
  beforeAll(() => {
    const { models, attention } = server.answers;
    server.answers.models = [shippedModel(), ...models];
    server.answers.attention = (question) => {
      asked.push(question.model);
      return attention(question);
    };
  });
  afterAll(() => {
    Object.assign(server.answers, fullAnswers());
  });

  test("one that ships answers by default, marked as such, with its size and test perplexity", async () => {
    const { page, complaints } = await open("#/explore", ".attention-grid");
    const badge = page.locator(".model-badge");
    const text = await badge.textContent();
    for (const part of ["5m, shipped", "4.75M parameters", "perplexity 12.34 on uniref50-test"]) {
      expect(text).toContain(part);
    }
    expect(await badge.locator("select").inputValue()).toBe("models/5m");
    expect(asked.at(-1)).toBe("models/5m");
    expect(complaints).toEqual([]);
  });

  test("a run's is picked from the list, stays picked in other views, and has an address", async () => {
    const { page, complaints } = await open("#/explore", ".attention-grid");
    await page.getByLabel("Model").selectOption("uniref-small");
    await expect.poll(() => asked.at(-1)).toBe("uniref-small");
    await page.getByRole("link", { name: "Similarity" }).click();
    await page.waitForSelector(".scatter-plot");
    expect(await page.getByLabel("Model").inputValue()).toBe("uniref-small");
    const addressed = await open("#/explore?model=uniref-small", ".attention-grid");
    expect(await addressed.page.getByLabel("Model").inputValue()).toBe("uniref-small");
    expect(complaints).toEqual([]);
  });
});

describe("similarity", () => {
  test("two matrices of 400 cells, the marked pairs framed in both, and the correlation", async () => {
    const { page, complaints } = await open("#/similarity", ".scatter-plot");
    const cellCounts = await page
      .locator(".heat-map")
      .evaluateAll((maps) =>
        maps.map((map) => [
          map.querySelectorAll(".cells rect").length,
          map.querySelectorAll(".highlights rect").length,
        ]),
      );
    // two cells a pair, by symmetry, and two outlines a cell
    expect(cellCounts).toEqual([
      [400, 8],
      [400, 8],
    ]);
    const text = await page.locator("main").textContent();
    for (const figure of ["0.74", "95 % interval 0.69 to 0.78", "< 0.001", "46 of 48"]) {
      expect(text).toContain(figure);
    }
    await expect.poll(() => page.locator(".scatter-plot circle").count()).toBe(190);
    expect(complaints).toEqual([]);
  });

  test("pointing at a cell of either matrix reads the pair in both", async () => {
    const { page } = await open("#/similarity", ".scatter-plot");
    for (const map of await page.locator(".heat-map .cells").all()) {
      const box = await map.boundingBox();
      if (box === null) throw new Error("expected a matrix on the page, got none");
      await page.mouse.move(0, 0);
      // by property, F and Y stand sixth and seventh
      await page.mouse.move(box.x + (6.5 / 20) * box.width, box.y + (5.5 / 20) * box.height);
      const readout = page.locator(".readout");
      await expect
        .poll(() => readout.textContent())
        .toMatch(/^F–Y Phe, Tyr attention 0\.\d\d .*\+3$/);
      await expect.poll(() => page.locator(".pointer[visibility=visible]").count()).toBe(2);
    }
  });

  test("the order of residues can be the alphabet", async () => {
    const { page } = await open("#/similarity", ".scatter-plot");
    const rowLabels = page.locator(".heat-map .row-labels").first().locator("text");
    const rowText = async () => (await rowLabels.allTextContents()).join("");
    expect(await rowText()).toBe("AVLIMFYWSTNQDEKRHCGP");
    await page.getByLabel("Alphabet").check();
    await expect.poll(rowText).toBe("ACDEFGHIKLMNPQRSTVWY");
  });

  test("the slider asks for an earlier checkpoint of the run, and its address opens it", async () => {
    const newest = modelSummary();
    const earlier = { ...newest, name: "uniref-small/step-00001000", step: 1000 };
    const asked: string[] = [];
    server.answers.models = [newest, earlier];
    server.answers.similarity = (model) => {
      asked.push(model);
      return similarityResponse();
    };
    try {
      const { page, complaints } = await open("#/similarity", ".scatter-plot");
      expect(asked).toEqual([newest.name]);
      const slider = page.getByRole("slider", { name: "Checkpoint of step 2,000" });
      await slider.focus();
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => asked.at(-1)).toBe(earlier.name);
      await page.getByRole("slider", { name: "Checkpoint of step 1,000" }).waitFor();
      const again = await open(new URL(page.url()).hash, ".scatter-plot");
      expect(await again.page.getByRole("slider").getAttribute("aria-valuetext")).toBe(
        "Checkpoint of step 1,000",
      );
      expect([...complaints, ...again.complaints]).toEqual([]);
    } finally {
      Object.assign(server.answers, fullAnswers());
    }
  });
});

describe("experiments", () => {
  test.each(committedReports())(
    "$name: its figures, verdicts, tables and command",
    async (report) => {
      const { page, complaints } = await open(`#/experiments/${report.name}`, "article figure svg");
      const article = page.locator("article");
      expect(await article.getByRole("heading", { level: 1 }).textContent()).toBe(report.title);
      const names = await article
        .locator("figure svg text.title")
        .evaluateAll((titles) => titles.map((title) => title.textContent));
      expect(names).toEqual(report.figures.map(({ title }) => title));
      await expect.poll(() => article.locator(".claims li").count()).toBe(report.claims.length);
      await expect.poll(() => article.locator("table").count()).toBe(report.tables.length);
      expect(await article.locator(".command").textContent()).toBe(report.command);
      expect(complaints).toEqual([]);
    },
  );

  test("figures follow the reader's colours", async () => {
    const { page } = await open("#/experiments/approximation", ".line-chart .line");
    const stroke = () => page.locator(".line-chart .line").first().getAttribute("stroke");
    const light = await stroke();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(stroke).not.toBe(light);
  });
});
