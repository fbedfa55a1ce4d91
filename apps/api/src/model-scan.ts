/**
 * Which models there are: models/NAME first, then runs/ID/checkpoints/NAME, each newest first. A folder
 * whose manifest cannot be read or parsed (half copied, older format) is logged once and left out.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointManifest, type ModelConfig } from "@performer/schema";
import { modelFingerprint } from "@performer/training";
import { type Logger, pino } from "pino";

export interface FoundModel {
  /** "models/NAME" or "RUN/CHECKPOINT" */
  readonly name: string;
  /** What requests ask for: "models/NAME", or of a run's newest checkpoint "RUN". */
  readonly id: string;
  readonly shipped: boolean;
  readonly directory: string;
  readonly manifest: CheckpointManifest;
  /** Of its weights. */
  readonly fingerprint: string;
}

export interface ModelFolders {
  /** Folder of the runs. */
  readonly runs: string;
  /** Folder of the models that ship; none without. */
  readonly models?: string | undefined;
}

type Place = Omit<FoundModel, "manifest" | "fingerprint">;
type Parsed = { readonly modifiedMs: number; readonly found: FoundModel | undefined };

/** A scanner that remembers parsed manifests, so that a further scan only asks for times of change. */
export function createModelScan(
  folders: ModelFolders,
  logger: Logger,
): () => Promise<readonly FoundModel[]> {
  let known = new Map<string, Parsed>();

  async function parse(place: Place): Promise<[string, Parsed] | undefined> {
    const file = join(place.directory, "manifest.json");
    const modifiedMs = await stat(file).then(({ mtimeMs }) => mtimeMs, ifAbsent(undefined));
    if (modifiedMs === undefined) return undefined;
    const before = known.get(file);
    if (before?.modifiedMs === modifiedMs) return [file, before];
    try {
      const manifest = CheckpointManifest.parse(JSON.parse(await readFile(file, "utf8")));
      const fingerprint = modelFingerprint(place.directory, manifest);
      return [file, { modifiedMs, found: { ...place, manifest, fingerprint } }];
    } catch (error) {
      logger.warn({ err: error, file }, "a model's manifest cannot be read; it is left out");
      return [file, { modifiedMs, found: undefined }];
    }
  }

  return async () => {
    const next = new Map<string, Parsed>();
    for await (const place of places(folders)) {
      const entry = await parse(place);
      if (entry !== undefined) next.set(...entry);
    }
    known = next;
    return [...next.values()].flatMap(({ found }) => found ?? []).sort(inOrder);
  };
}

/** The newest checkpoint under `runsDirectory` whose model fits. */
export async function findNewestCheckpoint(
  runsDirectory: string,
  fits: (config: ModelConfig) => boolean,
): Promise<FoundModel | undefined> {
  const found = await createModelScan({ runs: runsDirectory }, pino({ level: "silent" }))();
  return found.find(({ manifest }) => fits(manifest.model));
}

async function* places({ runs, models }: ModelFolders): AsyncGenerator<Place> {
  for (const model of models === undefined ? [] : await foldersIn(models)) {
    const name = `models/${model}`;
    yield { name, id: name, shipped: true, directory: join(models as string, model) };
  }
  for (const run of await foldersIn(runs)) {
    const checkpoints = join(runs, run, "checkpoints");
    for (const checkpoint of await foldersIn(checkpoints)) {
      const directory = join(checkpoints, checkpoint);
      yield { name: `${run}/${checkpoint}`, id: run, shipped: false, directory };
    }
  }
}

/** What ships was made to be used; then the newest. */
const inOrder = (a: FoundModel, b: FoundModel): number =>
  Number(b.shipped) - Number(a.shipped) ||
  Date.parse(b.manifest.createdAt) - Date.parse(a.manifest.createdAt) ||
  b.manifest.step - a.manifest.step;

/** Names of the folders in `directory`, none where it does not exist. Dot folders are unfinished writes. */
async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(ifAbsent([]));
  return entries.filter((e) => e.isDirectory() && !e.name.startsWith(".")).map((e) => e.name);
}

function ifAbsent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
    throw error;
  };
}
