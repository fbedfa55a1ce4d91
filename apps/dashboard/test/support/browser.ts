/** The browser on this machine, and pages that remember what their console said. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** Quiet and self-contained: no first-run pages, no background traffic. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** CHROMIUM_PATH, else the first Chromium or Chrome on the PATH. @throws {Error} where there is none. */
function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const named = env["CHROMIUM_PATH"];
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`findChromium: expected a browser at CHROMIUM_PATH, got no file at ${named}`);
  }
  const folders = (env["PATH"] ?? "").split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...candidates, ...ELSEWHERE].find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    "findChromium: expected Chromium or Chrome on the PATH, got none; on Debian run: apt-get install chromium, or set CHROMIUM_PATH",
  );
}

/** A graphics card that the browser imitates on the processor: slow, and the same drivers' interface. */
export const IMITATED_GPU = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/** @param gpu `IMITATED_GPU`, or nothing: no graphics card at all. */
export function launchChromium(gpu: readonly string[] = ["--disable-gpu"]): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...ARGUMENTS, ...gpu] });
}

/**
 * A page, and everything it complained of: console errors and warnings, uncaught errors, failed
 * requests, violations of the content security policy.
 */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`${violatedDirective} forbids ${blockedURI}`),
    );
  });
  return { page, complaints };
}

/** Closes every page, so that its streams and animations do not slow down the next test. */
export async function closePages(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}
