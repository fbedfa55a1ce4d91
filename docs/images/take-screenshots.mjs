/**
 * Takes the README's pictures from a running dashboard:
 *
 *   npm start, then in another terminal: node docs/images/take-screenshots.mjs [URL]
 */
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
const VIEWS = [
  { name: "training", view: "runs", ready: ".training-curves canvas", fullPage: false },
  {
    name: "attention",
    view: "explore?accession=P00974",
    ready: ".attention-grid button canvas",
    fullPage: true,
  },
  {
    name: "mutations",
    view: "mutations?accession=P00974",
    ready: ".strips .heat-map",
    fullPage: false,
  },
  // the server reads 195 proteins for it, minutes where the machine is busy: last, so that the others are there
  { name: "similarity", view: "similarity", ready: "text=Marked pairs", fullPage: true },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
for (const { name, view, ready, fullPage } of VIEWS) {
  await page.goto(`${url}/#/${view}`);
  await page.locator(ready).first().waitFor({ timeout: 600_000 });
  await page.waitForTimeout(1000); // charts draw after their data
  await page.screenshot({
    path: join(import.meta.dirname, `${name}.jpg`),
    type: "jpeg",
    quality: 55,
    fullPage,
  });
}
await browser.close();
