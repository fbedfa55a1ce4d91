/**
 * Which checkpoints there are: runs/ID/checkpoints/NAME/manifest.json, newest first. A folder whose
 * manifest cannot be read or parsed (half copied, older format) is logged once and left out.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointManifest, type ModelConfig } from "@performer/schema";
import { type Logger, pino } from "pino";

export interface FoundCheckpoint {
  /** "RUN/CHECKPOINT" */
  readonly name: string;
  readonly directory: string;
  readonly manifest: CheckpointManifest;
}

type Parsed = { readonly modifiedMs: number; readonly found: FoundCheckpoint | undefined };

/** A scanner that remembers parsed manifests, so that a further scan only asks for times of change. */
export function createCheckpointScan(
  runsDirectory: string,
  logger: Logger,
): () => Promise<readonly FoundCheckpoint[]> {
  let known = new Map<string, Parsed>();

  async function parse(run: string, checkpoint: string): Promise<[string, Parsed] | undefined> {
    const directory = join(runsDirectory, run, "checkpoints", checkpoint);
    const file = join(directory, "manifest.json");
    const modifiedMs = await stat(file).then(({ mtimeMs }) => mtimeMs, ifAbsent(undefined));
    if (modifiedMs === undefined) return undefined;
    const before = known.get(file);
    if (before?.modifiedMs === modifiedMs) return [file, before];
    try {
      const manifest = CheckpointManifest.parse(JSON.parse(await readFile(file, "utf8")));
      const found = { name: `${run}/${checkpoint}`, directory, manifest };
      return [file, { modifiedMs, found }];
    } catch (error) {
      logger.warn({ err: error, file }, "a checkpoint's manifest cannot be read; it is left out");
      return [file, { modifiedMs, found: undefined }];
    }
  }

  return async () => {
    const next = new Map<string, Parsed>();
    for (const run of await folders(runsDirectory)) {
      for (const checkpoint of await folders(join(runsDirectory, run, "checkpoints"))) {
        const entry = await parse(run, checkpoint);
        if (entry !== undefined) next.set(...entry);
      }
    }
    known = next;
    return [...next.values()].flatMap(({ found }) => found ?? []).sort(newestFirst);
  };
}

/** The newest checkpoint under `runsDirectory` whose model fits. */
export async function findNewestCheckpoint(
  runsDirectory: string,
  fits: (config: ModelConfig) => boolean,
): Promise<FoundCheckpoint | undefined> {
  const found = await createCheckpointScan(runsDirectory, pino({ level: "silent" }))();
  return found.find(({ manifest }) => fits(manifest.model));
}

const newestFirst = (a: FoundCheckpoint, b: FoundCheckpoint): number =>
  Date.parse(b.manifest.createdAt) - Date.parse(a.manifest.createdAt) ||
  b.manifest.step - a.manifest.step;

/** Names of the folders in `directory`, none where it does not exist. Dot folders are unfinished writes. */
async function folders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(ifAbsent([]));
  return entries.filter((e) => e.isDirectory() && !e.name.startsWith(".")).map((e) => e.name);
}

function ifAbsent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
    throw error;
  };
}
