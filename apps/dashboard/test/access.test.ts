/** For everyone: no accessibility violation, the keyboard alone, and a telephone's width. */
import { AxeBuilder } from "@axe-core/playwright";
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

const VIEWS = [
  { hash: "#/runs/demo?with=uniref-small", selector: ".line-chart" },
  { hash: "#/explore?accession=P00974&head=1.3", selector: ".sequence-map" },
  { hash: "#/mutations", selector: ".strips .heat-map" },
  { hash: "#/embeddings?set=sample", selector: ".point-map" },
  { hash: "#/jobs", selector: ".job" },
  { hash: "#/similarity", selector: ".scatter-plot" },
  { hash: "#/model", selector: ".markdown" },
  { hash: "#/experiments/approximation", selector: ".line-chart" },
] as const;

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

describe.each(VIEWS)("$hash", ({ hash, selector }) => {
  test.each(["light", "dark"] as const)("no violation in %s", async (colorScheme) => {
    const { page } = await openPage(browser, { colorScheme, reducedMotion: "reduce" });
    await page.goto(`${server.url}/${hash}`);
    await page.waitForSelector(selector);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("at 390 px the page does not scroll sideways", async () => {
    const viewport = { width: 390, height: 844 };
    const { page, complaints } = await openPage(browser, { viewport, isMobile: true });
    await page.goto(`${server.url}/${hash}`);
    await page.waitForSelector(selector);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(complaints).toEqual([]);
  });
});

test("the keyboard alone reaches a view, a head and a pair of residues", async () => {
  const { page } = await openPage(browser);
  await page.goto(server.url);
  await page.waitForSelector(".key-figures");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
  await page.getByRole("link", { name: "Explore" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".attention-grid");
  await page.getByRole("button", { name: /^layer 1, head 1/ }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".sequence-map");
  expect(await page.locator(".attention-one h2").textContent()).toBe("Layer 1, head 2");
  await page.locator(".sequence-map .cells").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  expect(await page.locator(".map-readout").textContent()).toMatch(/^K2 attends to M1: /);
});
