/** Finds a Chromium for the browser tests, or installs Debian's where this user may. */
import { existsSync } from "node:fs";
import { runCommand } from "./run-command.mjs";

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const find = () => CANDIDATES.find((path) => path !== undefined && existsSync(path));

/** @returns the path of the browser. Throws with the remedy where there is none. */
export async function ensureBrowser() {
  const found = find();
  if (found) return found;
  if (existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("Installing Chromium for the browser tests (apt-get) …");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await runCommand("apt-get", ["update"], { quiet: true });
    await runCommand(
      "apt-get",
      ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
      {
        quiet: true,
        env,
      },
    );
    const installed = find();
    if (installed) return installed;
  }
  throw new Error(
    "The browser tests need Chromium or Chrome: install it (Debian: apt-get install chromium), " +
      "or set CHROMIUM_PATH to its executable",
  );
}
