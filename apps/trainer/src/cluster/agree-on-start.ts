/**
 * Before the first step every worker shows every other what it is about to do, so that a difference stops all
 * of them with its name; and the chief says where the run goes on, since only it reads the run's folder.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BatchPosition } from "@performer/proteins";
import type { RunConfig, RunEvent } from "@performer/schema";
import { type Cluster, ClusterError } from "@performer/tensorflow/compiled";

const PACKAGE = new URL("../../package.json", import.meta.url);
const VERSION = (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version;

/** What must be equal on all workers. */
export interface WorkerFacts {
  readonly config: Pick<RunConfig, "model" | "training">;
  /** "tensorflow graph, float32" */
  readonly backend: string;
  /** Of the training data. */
  readonly sequences: number;
  readonly residues: number;
  /** Of this software; default that of this package. */
  readonly version?: string;
}

/** What the chief says to the others. */
export interface SharedStart {
  readonly step: number;
  readonly position?: BatchPosition | undefined;
  readonly baseline: Extract<RunEvent, { type: "start" }>["baseline"];
}

interface Card {
  readonly facts: Readonly<Record<string, string>>;
  readonly start?: SharedStart;
}

/**
 * @param own of the chief, and of nobody else.
 * @returns the chief's start.
 * @throws {ClusterError} on every worker, naming each difference from the chief.
 */
export async function agreeOnStart(
  cluster: Pick<Cluster, "members" | "version" | "exchange">,
  facts: WorkerFacts,
  own?: SharedStart,
): Promise<SharedStart> {
  const card: Card = { facts: describeFacts(facts, cluster.version), ...(own && { start: own }) };
  const texts = await cluster.exchange(JSON.stringify(card), "join");
  const cards = texts.map((text) => JSON.parse(text) as Card);
  const [chief] = cards;
  const differences = cards.flatMap((other, rank) =>
    Object.entries(chief?.facts ?? {})
      .filter(([fact, value]) => other.facts[fact] !== value)
      .map(
        ([fact, value]) =>
          `${cluster.members[rank]?.name} has ${fact} ${other.facts[fact]}, the chief ${value}`,
      ),
  );
  if (differences.length > 0) {
    throw new ClusterError(
      `agreeOnStart: expected all workers to train the same run with the same software, got differences: ${differences.join("; ")}; start every worker from one release, with one config and the same files`,
    );
  }
  if (chief?.start === undefined) {
    throw new ClusterError("agreeOnStart: expected the first member to be the chief, got none");
  }
  return chief.start;
}

function describeFacts(
  { config, backend, sequences, residues, version = VERSION }: WorkerFacts,
  tensorflow: string,
): Card["facts"] {
  const { model, training } = config;
  const hash = createHash("sha256").update(JSON.stringify({ model, training }));
  return {
    version,
    "TensorFlow version": tensorflow,
    backend,
    "config with SHA-256": hash.digest("hex").slice(0, 16),
    "training data of": `${sequences} sequences and ${residues} residues`,
  };
}
