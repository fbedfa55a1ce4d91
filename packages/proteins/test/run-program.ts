/** Programs of test/programs in processes of their own, each bundled from the sources by vite. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "vite";

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Bundles a program into a new folder under the system's for temporary files; returns its path. */
export async function bundleProgram(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "performer-program-"));
  await build({
    configFile: false,
    logLevel: "error",
    root: import.meta.dirname,
    ssr: { noExternal: true, resolve: { conditions: ["performer-source"] } },
    build: {
      ssr: join(import.meta.dirname, "programs", `${name}.ts`),
      outDir: folder,
      target: "node20",
      rolldownOptions: { output: { entryFileNames: "program.mjs" } },
    },
  });
  return join(folder, "program.mjs");
}

/** Runs a bundled program; `input` is its standard input. */
export async function runProgram(
  program: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args]);
  const exit = new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  child.stdin.on("error", () => {}); // a program that ends at a fault leaves its input unread
  child.stdin.end(input);
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output, errors };
}
