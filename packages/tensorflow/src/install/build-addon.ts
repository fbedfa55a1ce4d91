/**
 * Compiles tfjs-node's own addon, unchanged, against the TensorFlow of a wheel: two files, about
 * eight seconds. node-gyp would need Node's headers from the network and a third program (make);
 * the addon uses only N-API, whose headers are a package, so the compiler alone will do.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { lastWords } from "./command-runner.ts";
import { ADDON_NAME, NAPI_VERSION } from "./layout.ts";
import { type InstallContext, RouteError } from "./route.ts";

const SOURCES = ["tfjs_backend", "tfjs_binding"];
/** The package has no types and exports little more than this path. */
const NAPI_HEADERS = join(
  dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")),
  "include",
);
const COMPILE_LIMIT_MS = 10 * 60_000;

export interface AddonBuild {
  readonly compiler: string;
  /** tfjs-node's folder: `binding/*.cc`. */
  readonly tfjsNode: string;
  /** The wheel's `tensorflow` folder: libraries and `include`. */
  readonly tensorflow: string;
  /** Where the addon is written. */
  readonly output: string;
  /** From the addon's final folder to the libraries, so that nothing is needed in the environment. */
  readonly rpath: string;
}

/** @throws RouteError with the compiler's last words. */
export async function buildAddon(
  { runner, log }: InstallContext,
  { compiler, tfjsNode, tensorflow, output, rpath }: AddonBuild,
): Promise<void> {
  log(`compiling tfjs-node's addon with ${compiler}`);
  const compile = (args: readonly string[]) => run(["-std=c++17", "-O2", "-fPIC", ...args]);
  const objects = SOURCES.map((name) => join(output, `${name}.o`));
  await Promise.all(
    SOURCES.map((name, index) =>
      compile([
        `-DNAPI_VERSION=${NAPI_VERSION}`,
        ...[NAPI_HEADERS, join(tensorflow, "include"), tfjsNode].map((folder) => `-I${folder}`),
        ...["-c", join(tfjsNode, "binding", `${name}.cc`), "-o", objects[index]!],
      ]),
    ),
  );
  await run([
    ...["-shared", "-o", join(output, ADDON_NAME), ...objects, `-L${tensorflow}`],
    ...["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    `-Wl,-rpath,${rpath}`,
  ]);

  async function run(args: readonly string[]): Promise<void> {
    const result = await runner.run(compiler, args, { timeoutMs: COMPILE_LIMIT_MS });
    if (result.outcome === "succeeded") return;
    const firstError = /^.*\berror: .*$/m.exec(result.stderr)?.[0];
    throw new RouteError(
      "failed",
      `the addon could not be compiled: ${firstError ?? (result.outcome === "timed-out" ? "the compiler took over ten minutes" : lastWords(result))}`,
    );
  }
}
