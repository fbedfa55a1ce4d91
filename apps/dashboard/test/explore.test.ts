/** A head looked at closely, computed by the page's own worker: zoom, pan, contrast, files to take along. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fullAnswers } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { type FixtureServer, startFixtureServer } from "./support/fixture-server.ts";

let browser: Browser;
let server: FixtureServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), startFixtureServer(fullAnswers())]);
});
afterEach(() => closePages(browser));
afterAll(() => Promise.all([browser.close(), server.close()]));

async function open(query: string) {
  const watched = await openPage(browser);
  await watched.page.goto(`${server.url}/#/explore?accession=P00974&head=1.3${query}`);
  await watched.page.waitForSelector(".sequence-map", { timeout: 60_000 });
  return watched;
}

/** Numbers of the first and the last residue that is labelled along the columns. */
async function shown(page: Page): Promise<number[]> {
  const labels = await page.locator(".sequence-map .column-labels text").allTextContents();
  return [labels[0], labels.at(-1)].map((label) => Number(label?.slice(1)));
}

async function saved(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".zoom-map .save").getByRole("button", { name }).click(),
  ]);
  return readFile(await download.path());
}

describe("zoom and pan", () => {
  test("buttons halve and double the window about its middle, residues stay named", async () => {
    const { page, complaints } = await open("");
    await page.getByRole("button", { name: "Zoom in" }).click();
    // residues 26 to 75, every second or fifth labelled
    await expect.poll(async () => (await shown(page))[1]).toBe(75);
    expect((await shown(page))[0]).toBeGreaterThanOrEqual(26);
    expect((await shown(page))[0]).toBeLessThanOrEqual(30);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await expect.poll(async () => (await shown(page))[1]).toBe(100);
    expect(await page.getByRole("button", { name: "Zoom out" }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("the keyboard: + zooms, Shift and an arrow moves, 0 shows the whole again", async () => {
    const { page } = await open("");
    const cells = page.locator(".sequence-map .cells");
    const whole = await shown(page);
    await cells.focus();
    for (const key of ["+", "+", "+"]) await page.keyboard.press(key);
    await expect.poll(() => shown(page)).not.toEqual(whole);
    const near = await shown(page);
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => shown(page)).not.toEqual(near);
    await page.keyboard.press("0");
    await expect.poll(() => shown(page)).toEqual(whole);
  });

  test("the part that is looked at is in the address, without a step of the history", async () => {
    const { page } = await open("");
    const steps = () => page.evaluate(() => history.length);
    const before = await steps();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(() => page.url()).toContain("part=26%2C26%2C50");
    expect(await steps()).toBe(before);
    const linked = await open("&part=26,26,50");
    expect((await shown(linked.page))[1]).toBe(75);
    await page.getByRole("button", { name: "Whole" }).click();
    await expect.poll(() => page.url()).not.toContain("part=");
  });

  test("a drag moves the map by what was dragged", async () => {
    const { page } = await open("");
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(async () => (await shown(page))[1]).toBe(75);
    const box = await page.locator(".sequence-map .cells").boundingBox();
    if (box === null) throw new Error("expected the map on the page, got none");
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await page.mouse.up();
    // 0.4 of 50 residues to the left: 46 to 95
    await expect.poll(async () => (await shown(page))[1]).toBe(95);
  });
});

test("profiles and arcs stand below the map; arcs keep the distance that is asked", async () => {
  const { page } = await open("");
  await expect.poll(() => page.locator(".residue-profile").count()).toBe(2);
  await page.getByLabel("Pairs at least so far apart").selectOption("24");
  const titles = await page.locator(".arc-diagram path title").allTextContents();
  expect(titles.length).toBeGreaterThan(0);
  for (const title of titles) {
    const [from = 0, to = 0] = [...title.matchAll(/[A-Z](\d+)/g)].map((match) => Number(match[1]));
    expect(Math.abs(from - to)).toBeGreaterThanOrEqual(24);
  }
});

describe("files", () => {
  test("CSV: a line a cell, the weights that the server sent", async () => {
    const { page } = await open("");
    const lines = (await saved(page, "CSV")).toString().trim().split("\r\n");
    expect(lines[0]).toBe("row,column,attention");
    expect(lines).toHaveLength(1 + 100 * 100);
    const sent = server.answers.attention({ accession: "P00974" }).maps[0]?.[2] ?? [];
    expect(lines[1]).toMatch(/^M1,M1,/);
    expect(Number(lines[1]?.split(",")[2])).toBeCloseTo(sent[0] ?? Number.NaN, 6);
    expect(Number(lines.at(-1)?.split(",")[2])).toBeCloseTo(sent.at(-1) ?? Number.NaN, 6);
  });

  test("SVG stands alone with its cells as an image; PNG is one", async () => {
    const { page, complaints } = await open("");
    const svg = (await saved(page, "SVG")).toString();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('href="data:image/png;base64,');
    const png = await saved(page, "PNG");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBeGreaterThan(400);
    expect(complaints).toEqual([]);
  });
});

describe("where it is computed", () => {
  test("the reader switches from the server to the page and back; softmax is a contrast in both", async () => {
    const { page, complaints } = await open("");
    const contrast = async () => {
      await page.waitForSelector(".sequence-map", { timeout: 60_000 });
      await page.getByLabel("Difference").check();
      await page.getByText("A contrast, not an error").waitFor();
      await expect.poll(() => page.locator(".zoom-map").getAttribute("aria-busy")).toBe("false");
    };
    const { attention } = server.answers;
    const asked: unknown[] = [];
    server.answers.attention = (question) => {
      asked.push(question.weights);
      return attention(question);
    };
    await contrast();
    server.answers.attention = attention;
    expect(asked).toEqual(["softmax"]); // the model's own weights are at hand
    await page.getByLabel("in this page").check();
    await page.waitForSelector("[data-backend=wasm]", { timeout: 90_000 });
    await contrast();
    await page.getByLabel("on the server").check();
    await contrast();
    expect(complaints).toEqual([]);
  });

  test("a protein beyond the server's model: why, and the way to go on", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${server.url}/#/explore?accession=Q8WZ42`);
    await page.getByRole("heading", { name: "Q8WZ42 is too long here" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("34,350 residues");
    await expect
      .poll(() => page.getByRole("button", { name: "Compute in this page" }).count())
      .toBe(1);
  });
});
