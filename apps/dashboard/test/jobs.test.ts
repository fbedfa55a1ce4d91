/** The view of bulk jobs in a real browser: every state of it, sending, following, fetching, removing. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emptyAnswers, fullAnswers } from "./support/answers.ts";
import { closePages, launchChromium, openPage } from "./support/browser.ts";
import { madeUpJob, RESULT_BYTES } from "./support/fixture-jobs.ts";
import {
  type FixtureAnswers,
  type FixtureServer,
  startFixtureServer,
} from "./support/fixture-server.ts";

const KEY = "pp_00000000_right";
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

async function open(answers: FixtureAnswers = fullAnswers()) {
  const server = await startFixtureServer(answers);
  servers.push(server);
  const watched = await openPage(browser);
  await watched.page.goto(`${server.url}/#/jobs`);
  return { ...watched, server };
}

const job = (page: Page, id: string) => page.locator(`[data-job="${id}"]`);
const states = (page: Page) =>
  page
    .locator(".job [data-status]")
    .evaluateAll((pills) => pills.map((pill) => pill.getAttribute("data-status")));

describe("the list", () => {
  test("each job with its state, model, choices and how far it is; the tab leads to it", async () => {
    const { page, complaints, server } = await open();
    await page.goto(`${server.url}/#/runs`);
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await expect.poll(() => states(page)).toEqual(["queued", "running", "done", "failed"]);
    const running = job(page, "running-job");
    for (const words of [
      ...["48,211 proteins", "uniref-small/step-00002000", "every residue · layer 3"],
      ...["12,000 of 48,211 done · 1,240 residues/s · 2 h 41 min left"],
    ]) {
      expect(await running.textContent()).toContain(words);
    }
    expect(await running.getByRole("progressbar").getAttribute("value")).toBe("0.25");
    expect(await job(page, "failed-job").textContent()).toContain("send it again");
    expect(complaints).toEqual([]);
  });

  test("follows the server without a reload", async () => {
    const { page, complaints, server } = await open();
    const bar = job(page, "running-job").getByRole("progressbar");
    await expect.poll(() => bar.getAttribute("value")).toBe("0.25");
    const [queued, running] = server.answers.jobs;
    server.answers.jobs[1] = { ...running!, residues: { total: 16_000_000, done: 12_000_000 } };
    await expect.poll(() => bar.getAttribute("value"), { timeout: 10_000 }).toBe("0.75");
    server.answers.jobs[1] = { ...running!, waitingFor: "room on the server's disk" };
    await page.getByText("Waits for room on the server's disk").waitFor();
    server.answers.jobs[1] = { ...running!, state: "done", waitingFor: null };
    server.answers.jobs[0] = { ...queued!, state: "running" };
    await expect
      .poll(() => states(page), { timeout: 10_000 })
      .toEqual(["running", "done", "done", "failed"]);
    expect(complaints).toEqual([]);
  });

  test("records without a result stand with their reasons when the reader opens them", async () => {
    const { page, complaints } = await open();
    await page.getByText("2 without a result").click();
    await page.getByText("P3").waitFor();
    expect(await job(page, "done-job").textContent()).toContain("the model takes 510");
    expect(complaints).toEqual([]);
  });

  test("a longer one shows its older jobs on demand", async () => {
    const many = Array.from({ length: 70 }, (_, i) => madeUpJob(`job-${i}`, { state: "failed" }));
    const { page, complaints } = await open({ ...fullAnswers(), jobs: many });
    await expect.poll(() => page.locator(".job").count()).toBe(50);
    await page.getByRole("button", { name: "Show older" }).click();
    await expect.poll(() => page.locator(".job").count()).toBe(70);
    await expect.poll(() => page.getByRole("button", { name: "Show older" }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe("a new job", () => {
  test("of a pasted text, with the layer and vectors that were chosen, joins the list", async () => {
    const { page, complaints, server } = await open({ ...fullAnswers(), jobs: [] });
    await page.getByRole("heading", { name: "No job yet" }).waitFor();
    await page.getByLabel("Proteins, FASTA").fill(">a\nMKT\n");
    await page.getByLabel("Vectors").selectOption({ label: "every residue and their mean" });
    await page.getByLabel("Layer").selectOption({ label: "0, the embedded residues" });
    await page.getByRole("button", { name: "Embed" }).click();
    await page.getByText("Sent; it is the first below.").waitFor();
    await expect.poll(() => states(page)).toEqual(["queued"]);
    expect(server.answers.jobs[0]?.options).toMatchObject({ include: "both", layer: 0 });
    expect(await page.getByLabel("Proteins, FASTA").inputValue()).toBe("");
    expect(complaints).toEqual([]);
  });

  test("of a file goes to the server byte for byte, and its model is the one of the form", async () => {
    const { page, complaints, server } = await open({ ...fullAnswers(), jobs: [] });
    const buffer = gzipSync(">a\nMKT\n");
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await page
      .getByLabel("or a file")
      .setInputFiles({ name: "a.fasta.gz", mimeType: "application/gzip", buffer });
    await page.getByRole("button", { name: "Embed" }).click();
    const request = await sent;
    expect(new URL(request.url()).searchParams.toString()).toBe("model=uniref-small&include=mean");
    expect(request.headers()["content-type"]).toBe("text/x-fasta");
    await expect.poll(() => states(page)).toEqual(["queued"]);
    expect(server.answers.uploads).toEqual([buffer]);
    expect(complaints).toEqual([]);
  });

  test("without proteins, or of what the server refuses: the reason, and the text stays", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Embed" }).click();
    await page.getByRole("alert").getByText("Paste proteins as FASTA").waitFor();
    await page.getByLabel("Proteins, FASTA").fill("MKT");
    await page.getByRole("button", { name: "Embed" }).click();
    await page.getByRole("alert").getByText("begin each sequence with a line of >").waitFor();
    expect(await page.getByLabel("Proteins, FASTA").inputValue()).toBe("MKT");
  });
});

describe("a result", () => {
  test("is a download in each format, under the job's name", async () => {
    const { page, complaints } = await open();
    for (const [name, format] of [
      ["NDJSON, 612 kB", "ndjson"],
      ["NumPy .npz", "npz"],
      ["Arrow", "arrow"],
      ["Parquet", "parquet"],
      ["HDF5", "h5"],
    ]) {
      const begun = page.waitForEvent("download");
      await page.getByRole("button", { name: `${name} of 195 proteins` }).click();
      const download = await begun;
      expect(new URL(download.url()).search).toBe(`?format=${format}`);
      expect(await readFile(await download.path(), "utf8")).toBe(RESULT_BYTES);
    }
    expect(complaints).toEqual([]);
  });

  test("that the server cannot make is no file, but its reason", async () => {
    const { page } = await open();
    const problem = {
      type: "urn:x",
      title: "The server's disk is full",
      status: 507,
      detail: "free some",
    };
    await page.route("**/result?format=npz", (route) =>
      route.fulfill({ status: 507, contentType: "application/problem+json", json: problem }),
    );
    await page.getByRole("button", { name: /^NumPy/ }).click();
    await page.getByText("The server's disk is full: free some").waitFor();
    await expect.poll(() => page.getByRole("button", { name: /^NumPy/ }).isEnabled()).toBe(true);
  });

  test("that takes long to make says so", async () => {
    const { page } = await open();
    await page.route("**/result?format=h5", () => {}); // never answered
    await page.getByRole("button", { name: /^HDF5/ }).click();
    await page.getByRole("status").filter({ hasText: "Making the HDF5 file" }).waitFor();
  });
});

describe("removing", () => {
  test("is asked for once more, with the keyboard too, and takes the job away", async () => {
    const { page, complaints, server } = await open();
    await page.getByRole("button", { name: /^Cancel 48,211/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Stop it and drop what is done?").waitFor();
    await page.getByRole("button", { name: /^Keep/ }).click();
    await expect.poll(() => states(page)).toEqual(["queued", "running", "done", "failed"]);
    await page.getByRole("button", { name: /^Cancel 48,211/ }).focus();
    await page.keyboard.press("Enter");
    const stop = page.getByRole("button", { name: /^Stop/ });
    await expect
      .poll(() => stop.evaluate((button) => button === document.activeElement))
      .toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => states(page)).toEqual(["queued", "done", "failed"]);
    expect(server.answers.jobs.map(({ id }) => id)).not.toContain("running-job");
    expect(complaints).toEqual([]);
  });
});

describe("without jobs to show", () => {
  test("while the server is asked: what is happening", async () => {
    const { page } = await open();
    await page.route("**/v1/jobs?*", () => {}); // never answered
    await page.reload();
    await page.getByRole("status").filter({ hasText: "Looking for jobs" }).waitFor();
  });

  test("a fresh installation without a model: how to get one, and nothing to send to", async () => {
    const { page, complaints } = await open(emptyAnswers());
    await page.getByRole("heading", { name: "No trained model yet" }).waitFor();
    expect(await page.getByRole("button", { name: "Embed" }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("a server that does not answer: said so with the command that starts it; “Try again” recovers", async () => {
    const { page } = await open();
    await page.locator(".job").first().waitFor();
    await page.route("**/v1/jobs?*", (route) => route.abort());
    await page.getByText("the last that was heard").waitFor({ timeout: 10_000 });
    await page.reload();
    await page.getByRole("heading", { name: "The jobs could not be loaded" }).waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("npm run performer -- serve");
    await page.unroute("**/v1/jobs?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => states(page)).toEqual(["queued", "running", "done", "failed"]);
  });

  test("a server with keys: the page asks for one, and downloads carry it in no address", async () => {
    const { page } = await open({ ...fullAnswers(), key: KEY });
    await page.getByRole("heading", { name: "The jobs could not be loaded" }).waitFor();
    await page.getByLabel("API key").fill(KEY);
    await page.getByRole("button", { name: "Use this key" }).click();
    const button = page.getByRole("button", { name: /^Parquet/ });
    await button.waitFor();
    const begun = page.waitForEvent("download");
    await button.click();
    const download = await begun;
    expect(download.suggestedFilename()).toBe("done-job.parquet");
    expect(await readFile(await download.path(), "utf8")).toBe(RESULT_BYTES);
    expect(download.url()).not.toContain(KEY);
  });

  test("a page of the static site says that it takes a server, and offers no tab", async () => {
    const { page, server } = await open();
    await page.route(`${server.url}/`, async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      await route.fulfill({
        response,
        body: html.replace(/(name="performer-server" content=")[^"]*/, "$1none"),
      });
    });
    await page.reload();
    await page.getByRole("heading", { name: "Jobs are worked off by a server" }).waitFor();
    expect(await page.getByRole("link", { name: "Jobs", exact: true }).count()).toBe(0);
  });
});
