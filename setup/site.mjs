/**
 * `npm run site -- FOLDER`: the dashboard as a folder of plain files that any web host can hand out, at
 * any address. The models that ship lie in it and run in the reader's browser; there is no server.
 */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ensureBuild } from "./build.mjs";
import { root, runAsProgram } from "./run-command.mjs";

const BUILT = join(root, "apps", "dashboard", "dist");

/** Where the page finds a server: the build says beside itself, the site says nowhere. */
const WITH_SERVER = '<meta name="performer-server" content="same-origin" />';
const WITHOUT_SERVER = '<meta name="performer-server" content="none" />';

/** Most web hosts send no policy of their own, so the page brings it. Workers take that of their file's answer. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'" />`;

/**
 * Copies the built dashboard to `folder`, whole or not at all.
 * @param {string} folder must not exist, or be empty, or hold a site that this made before
 */
export async function makeSite(folder) {
  const page = await readFile(join(BUILT, "index.html"), "utf8");
  if (!page.includes(WITH_SERVER)) {
    throw new Error(
      `makeSite: expected ${WITH_SERVER} in ${join(BUILT, "index.html")}, got none; run npm run build`,
    );
  }
  await assertReplaceable(folder);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await cp(BUILT, partial, { recursive: true });
  const alone = page.replace(WITH_SERVER, `${WITHOUT_SERVER}\n    ${POLICY}`);
  await writeFile(join(partial, "index.html"), alone);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}

/** Nobody's files are deleted for a mistyped name. */
async function assertReplaceable(folder) {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const page = await readFile(join(folder, "index.html"), "utf8").catch(() => "");
  if (page.includes(WITHOUT_SERVER)) return;
  throw new Error(
    `makeSite: expected no folder, an empty one or an earlier site at ${folder}, got other files; name another folder`,
  );
}

if (process.argv[1] === import.meta.filename) {
  await runAsProgram(async () => {
    const [folder = "site"] = process.argv.slice(2);
    await ensureBuild();
    await makeSite(resolve(folder));
    console.log(`The site is in ${folder}: copy the folder to any web host, or look at it with`);
    console.log(`  npx vite preview apps/dashboard --outDir ${resolve(folder)}`);
  });
}
