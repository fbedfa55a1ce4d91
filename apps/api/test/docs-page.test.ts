/** /docs in a real browser, under the server's own content security policy. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium, openPage } from "../../dashboard/test/support/browser.ts";
import { closeGracefully, listen } from "../src/listen.ts";
import { fakeApp } from "./fakes.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

it("shows every operation without a complaint and without asking another host, and asks the API when tried", async () => {
  const { server, url } = await listen(fakeApp(), { host: "127.0.0.1", port: 0 });
  const { page, complaints } = await openPage(browser);
  const hosts = new Set<string>();
  page.on("request", (asked) => {
    const { protocol, origin } = new URL(asked.url());
    if (protocol.startsWith("http")) hosts.add(origin);
  });
  await page.goto(`${url}/docs`);
  await page.locator(".opblock").first().waitFor();
  await expect.poll(() => page.locator(".opblock").count()).toBe(13);

  await page.getByText("/health", { exact: true }).click();
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  const answer = page.locator(".live-responses-table .response-col_description pre").first();
  await answer.waitFor();
  expect(await answer.textContent()).toContain("fake");
  expect(complaints).toEqual([]);
  expect([...hosts]).toEqual([url]);
  await closeGracefully(server, 1000);
});
