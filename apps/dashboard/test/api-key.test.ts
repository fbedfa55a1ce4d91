/** A server that asks for an API key: the page asks the reader for it, and sends it with every question. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { fullAnswers, LIVE_STEP } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { type FixtureServer, startFixtureServer } from "./support/fixture-server.ts";

const KEY = "pp_00000000_right";
let browser: Browser;
let server: FixtureServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([
    launchChromium(),
    startFixtureServer({ ...fullAnswers(), key: KEY }),
  ]);
});
afterEach(() => closePages(browser));
afterAll(() => Promise.all([browser.close(), server.close()]));

async function give(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await Promise.all([
    page.waitForEvent("load"),
    page.getByRole("button", { name: "Use this key" }).click(),
  ]);
}

test("a wrong key is refused in words; the right one opens runs and their live curves", async () => {
  const { page } = await openPage(browser);
  await page.goto(server.url);
  await page.getByRole("heading", { name: "The runs could not be loaded" }).waitFor();
  expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
  await give(page, "pp_00000000_wrong");
  await page.getByText("does not take the key that was given").waitFor();
  await give(page, KEY);
  await expect
    .poll(() => page.locator(".curves").first().getAttribute("data-points"))
    .toBe(String(LIVE_STEP / 2));
  expect(page.url()).not.toContain(KEY);
});

test("the key goes with the tab: another one asks anew", async () => {
  const first = await openPage(browser);
  await first.page.goto(`${server.url}/#/explore`);
  await give(first.page, KEY);
  await first.page.waitForSelector(".attention-grid");
  const second = await openPage(browser);
  await second.page.goto(`${server.url}/#/explore`);
  await second.page.getByLabel("API key").waitFor();
});
