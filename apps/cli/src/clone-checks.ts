/** What a clone needs besides its runtime, looked at one by one: the second half of `performer doctor`. */
import { access } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found; for a failed check with the remedy. */
  readonly detail: string;
}

/** Files that training and serving read, and what brings them back. */
const NEEDED_FILES = [
  { name: "demo config", path: ["configs", "demo.json"], remedy: "git checkout -- configs" },
  {
    name: "training sample",
    path: ["data", "sample-train.fasta.gz"],
    remedy: "git checkout -- data",
  },
  {
    name: "validation sample",
    path: ["data", "sample-valid.fasta.gz"],
    remedy: "git checkout -- data",
  },
  { name: "named sequences", path: ["data", "anchors.fasta"], remedy: "git checkout -- data" },
  {
    name: "dashboard build",
    path: ["apps", "dashboard", "dist", "index.html"],
    remedy: "npm run build",
  },
] as const;

export async function checkFiles(root: string): Promise<Check[]> {
  return Promise.all(
    NEEDED_FILES.map(async ({ name, path, remedy }) => {
      const shown = path.join("/");
      const ok = await access(join(root, ...path)).then(
        () => true,
        () => false,
      );
      return { name, ok, detail: ok ? shown : `${shown} is missing; run: ${remedy}` };
    }),
  );
}

/** Whether `performer serve` could open its port now. */
export async function checkPort(host: string, port: number): Promise<Check> {
  const name = "port";
  const server = createServer();
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(undefined));
  });
  if (failure !== undefined) {
    const detail = `${host}:${port} cannot be opened (${failure.code}); choose another with: performer serve --port`;
    return { name, ok: false, detail };
  }
  await new Promise((resolve) => server.close(resolve));
  return { name, ok: true, detail: `${host}:${port} is free` };
}

export function formatCheck({ name, ok, detail }: Check): string {
  return `${ok ? "ok    " : "FAILED"}  ${name}: ${detail}`;
}
