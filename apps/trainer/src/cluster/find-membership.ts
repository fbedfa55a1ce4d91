/**
 * Which worker of which cluster this process is: from a cluster file and --task, or from TensorFlow's own
 * environment variable TF_CONFIG, which schedulers set. Neither: the process trains alone.
 */
import { readFile } from "node:fs/promises";
import { ClusterConfig, ClusterTask, parseWith } from "@performer/schema";
import { type Membership, membershipOf } from "@performer/tensorflow/compiled";

export interface ClusterWishes {
  /** Path of a cluster.json; it goes before TF_CONFIG. */
  readonly cluster?: string | undefined;
  /** "worker:1"; it goes before the `task` of the file or of TF_CONFIG. */
  readonly task?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** @throws {SchemaError} naming what is wrong in the file or in TF_CONFIG. @throws {Error} where a part is missing. */
export async function findMembership({
  cluster,
  task,
  environment = process.env,
}: ClusterWishes): Promise<Membership | undefined> {
  const variable = environment["TF_CONFIG"]?.trim();
  const source =
    cluster !== undefined
      ? { name: cluster, text: await readClusterFile(cluster) }
      : variable
        ? { name: "TF_CONFIG", text: variable }
        : undefined;
  if (source === undefined) {
    if (task === undefined) return undefined;
    throw new Error(
      `findMembership: expected a cluster for --task ${task}, got none; name a file with --cluster, or set TF_CONFIG`,
    );
  }
  const config = parseWith(ClusterConfig, parseJson(source), source.name);
  const own = task === undefined ? config.task : parseTask(task);
  if (own === undefined) {
    throw new Error(
      `findMembership: expected to be told which worker this is, got no task in ${source.name}; add --task worker:0`,
    );
  }
  return membershipOf(config, own);
}

async function readClusterFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new Error(
      `findMembership: ${path} cannot be read (${cause.code}); write {"cluster": {"worker": ["host:port", "host:port"]}} into it`,
      { cause },
    );
  });
}

function parseJson({ name, text }: { readonly name: string; readonly text: string }): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`findMembership: ${name} is not JSON: ${reason}`, { cause });
  }
}

function parseTask(text: string): ClusterTask {
  const [, type, index] = /^(chief|worker):(\d+)$/.exec(text) ?? [];
  if (type === undefined) {
    throw new Error(`findMembership: expected --task worker:INDEX or chief:0, got ${text}`);
  }
  return parseWith(ClusterTask, { type, index: Number(index) }, "--task");
}
