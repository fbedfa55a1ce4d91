/** A run that trains while the page is open. */
import type { RunEvent } from "@performer/schema";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fullAnswers, LIVE_RUN, LIVE_STEP, TOTAL_STEPS } from "./support/answers.ts";
import { closePages, launchChromium, openPage, type WatchedPage } from "./support/browser.ts";
import { evaluationEvent, stepEvent } from "./support/fixture-data.ts";
import { type FixtureServer, startFixtureServer } from "./support/fixture-server.ts";

let browser: Browser;
let server: FixtureServer;
let watched: WatchedPage;
beforeAll(async () => {
  browser = await launchChromium();
});
beforeEach(async () => {
  server = await startFixtureServer(fullAnswers());
  watched = await openPage(browser);
  await watched.page.goto(server.url);
  await expect.poll(() => points(watched.page)).toBe(LIVE_STEP / 2);
});
afterEach(async () => {
  await closePages(browser);
  await server.close();
});
afterAll(() => browser.close());

const points = async (page: Page) =>
  Number(await page.locator(".curves").first().getAttribute("data-points"));
const pixels = (page: Page) =>
  page
    .locator(".training-curves canvas")
    .first()
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
const curveName = (page: Page) =>
  page.locator(".training-curves canvas").first().getAttribute("aria-label");
const nextSteps = (count: number) =>
  Array.from({ length: count }, (_, k) => stepEvent(LIVE_STEP + 2 * (k + 1), TOTAL_STEPS));

test("new events move the curve and the figures, without a reload", async () => {
  const { page, complaints } = watched;
  const before = await pixels(page);
  const mark = "kept while the page is not loaded anew";
  await page.evaluate((text) => document.body.setAttribute("data-mark", text), mark);

  server.push(LIVE_RUN, [...nextSteps(50), evaluationEvent(1300)]);

  await expect.poll(() => points(page)).toBe(LIVE_STEP / 2 + 50);
  await expect.poll(() => curveName(page)).toMatch(/training .* at step 1300, validation .* 1300/);
  await expect.poll(() => pixels(page)).not.toBe(before);
  await expect.poll(() => page.locator(".key-figures").textContent()).toContain("1,300");
  await expect.poll(() => page.locator("tbody tr").count()).toBe(7);
  await expect.poll(() => page.title()).toMatch(/^12\.\d\d · 1\d\.\d % – Performer$/);
  expect(await page.locator("body").getAttribute("data-mark")).toBe(mark);
  expect(complaints).toEqual([]);
});

test("the workers of a run stand with their speeds, and which of them the others wait for", async () => {
  const { page, complaints } = watched;
  expect(await page.getByRole("rowheader", { name: "worker:1" }).count()).toBe(0);
  const workers = [
    { name: "worker:0", tokensPerSecond: 6000, waitShare: 0.01 },
    { name: "worker:1", tokensPerSecond: 4000, waitShare: 0.2 },
  ];
  const [step] = nextSteps(1);
  server.push(LIVE_RUN, [{ ...step, workers } as RunEvent]);
  const row = page.getByRole("row", { name: /^worker:1/ });
  await row.waitFor();
  await expect.poll(() => row.textContent()).toBe("worker:14,000 slowest20.0 %");
  expect(complaints).toEqual([]);
});

test("the end of a run is shown", async () => {
  const { page, complaints } = watched;
  expect(await page.locator("h1 [data-status]").getAttribute("data-status")).toBe("running");
  const time = new Date().toISOString();
  server.push(LIVE_RUN, [
    { type: "end", step: LIVE_STEP, time, reason: "failed", message: "loss is not finite" },
  ]);
  await page.locator("h1 [data-status=failed]").waitFor();
  expect(await page.locator(".banner").textContent()).toBe("loss is not finite");
  expect(complaints).toEqual([]);
});

test("a stopped run that is resumed while the page is open is followed again", async () => {
  const { page, complaints } = watched;
  const [run] = server.answers.runs;
  const start = run?.events.find((event) => event.type === "start");
  if (run === undefined || start === undefined) throw new Error("expected a run that has started");
  const time = (minute: number) =>
    new Date(Date.parse(run.summary.updatedAt) + 60_000 * minute).toISOString();

  server.push(LIVE_RUN, [{ type: "end", step: LIVE_STEP, time: time(1), reason: "stopped" }]);
  await page.locator("[data-stream=closed]").waitFor();
  server.push(LIVE_RUN, [
    { ...start, time: time(2), step: 1000, resumedFrom: 1000 },
    { ...stepEvent(1002, TOTAL_STEPS), time: time(3) },
  ]);
  run.summary = { ...run.summary, step: 1002, updatedAt: time(3) };

  await expect.poll(() => points(page), { timeout: 15_000 }).toBe(1000 / 2 + 1);
  await page.locator("[data-stream=live]").waitFor();
  await page.locator("h1 [data-status=running]").waitFor();
  await expect.poll(() => curveName(page)).toMatch(/training .* at step 1002,/);
  expect(complaints).toEqual([]);
});

test("a line that is cut is taken up after the last event seen: no point twice, none lost", async () => {
  const { page } = watched;
  server.cutStreams();
  server.push(LIVE_RUN, nextSteps(10));
  await page.locator("[data-stream=live]").waitFor();
  await expect.poll(() => points(page)).toBe(LIVE_STEP / 2 + 10);
  server.push(LIVE_RUN, [stepEvent(LIVE_STEP + 22, TOTAL_STEPS)]);
  await expect.poll(() => points(page)).toBe(LIVE_STEP / 2 + 11);
});

test("events of a kind that the page does not know are passed over", async () => {
  const { page, complaints } = watched;
  const unknown = { type: "novelty", step: 1 } as unknown as ReturnType<typeof stepEvent>;
  server.push(LIVE_RUN, [unknown, ...nextSteps(1)]);
  await expect.poll(() => points(page)).toBe(LIVE_STEP / 2 + 1);
  expect(complaints).toEqual([]);
});

test("a run that starts while the page is open joins the list", async () => {
  const { page } = watched;
  const [live] = server.answers.runs;
  if (live === undefined) throw new Error("expected a run in the fixture, got none");
  const summary = { ...live.summary, id: "newcomer" };
  server.answers.runs.push({ summary, events: [...live.events] });
  await page.getByRole("link", { name: /^newcomer/ }).waitFor({ timeout: 15_000 });
});
