/**
 * Loads a freshly built addon in a process of its own, before anything depends on it: a library
 * that lacks a symbol, or that uses instructions the processor does not have, ends that process
 * and not the user's.
 */
import { lastWords } from "./command-runner.ts";
import { type InstallContext, RouteError } from "./route.ts";

const PROBE_LIMIT_MS = 120_000;
const PROBE = "console.log('TF_Version=' + require(process.argv[1]).TF_Version)";

/** The version that TensorFlow itself reports through the addon. @throws RouteError */
export async function probeAddon({ runner }: InstallContext, addon: string): Promise<string> {
  const result = await runner.run(process.execPath, ["-e", PROBE, addon], {
    timeoutMs: PROBE_LIMIT_MS,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const version = /^TF_Version=(\d\S*)$/m.exec(result.stdout)?.[1];
  if (result.outcome !== "succeeded" || version === undefined) {
    throw new RouteError("failed", `the addon does not load on this machine: ${lastWords(result)}`);
  }
  return version;
}
