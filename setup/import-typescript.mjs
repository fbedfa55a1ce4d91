/**
 * Runs a TypeScript program that is no part of a package, for instance a benchmark: its own files are
 * compiled on the fly, as Node 20 runs no TypeScript, and packages come from their builds.
 */

/** @param {string} file absolute path; build first. */
export async function importTypeScript(file) {
  const { runnerImport } = await import("vite");
  await runnerImport(file, {
    configFile: false,
    logLevel: "error",
    server: { hmr: false, watch: null },
  });
}
