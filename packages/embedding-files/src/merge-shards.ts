/**
 * Shards put together in the order of the input, after it was verified that they are all there, once
 * each, of one run, and whole. Nothing is written before that.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { digestFile } from "@performer/durable-files";
import { EmbeddingManifest } from "@performer/schema";
import {
  BATCH_BYTES,
  collectRows,
  type EmbeddingBatch,
  residueOffsets,
} from "./embedding-batch.ts";
import { readArrow } from "./formats/arrow.ts";
import { addTotals, type EmbeddingLayout } from "./layout.ts";
import { manifestPath } from "./manifest-path.ts";

export interface Shard {
  readonly path: string;
  readonly manifest: EmbeddingManifest;
}

/** Shards that do not make a whole. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

/** @throws {MergeError} where a manifest is not there or none. */
export async function readShards(paths: readonly string[]): Promise<Shard[]> {
  return Promise.all(
    paths.map(async (path) => {
      const file = manifestPath(path);
      try {
        return {
          path,
          manifest: EmbeddingManifest.parse(JSON.parse(await readFile(file, "utf8"))),
        };
      } catch (cause) {
        throw new MergeError(
          `readShards: expected the manifest of a finished shard in ${file}, got none; let the shard finish with --resume`,
          { cause },
        );
      }
    }),
  );
}

/**
 * The shards by their index.
 * @throws {MergeError} naming what is missing, twice there, of another run or changed.
 */
export async function verifyShards(shards: readonly Shard[]): Promise<Shard[]> {
  const [first] = shards;
  if (first === undefined) throw new MergeError("verifyShards: expected shards, got none");
  const count = first.manifest.shard?.count ?? 0;
  const byIndex = new Map<number, Shard>();
  for (const shard of shards) {
    const { path, manifest } = shard;
    const index = manifest.shard?.index;
    if (index === undefined) {
      throw new MergeError(
        `verifyShards: expected shards, got ${path}, which holds a whole run; leave it out`,
      );
    }
    assertSameRun(first, shard);
    const twin = byIndex.get(index);
    if (twin !== undefined) {
      throw new MergeError(
        `verifyShards: expected each shard once, got ${index}/${count} as ${twin.path} and ${path}; leave one out`,
      );
    }
    byIndex.set(index, shard);
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !byIndex.has(index),
  );
  if (missing.length > 0) {
    throw new MergeError(
      `verifyShards: expected ${count} shards, got ${byIndex.size}; missing: ${missing.map((index) => `${index}/${count}`).join(", ")}; embed them with --shard and merge again`,
    );
  }
  const sorted = [...byIndex].sort(([a], [b]) => a - b).map(([, shard]) => shard);
  assertCounts(sorted);
  for (const { path, manifest } of sorted) {
    const { sha256 } = await digestFile(path);
    if (sha256 === manifest.output.sha256) continue;
    throw new MergeError(
      `verifyShards: expected SHA-256 ${manifest.output.sha256} of ${path}, got ${sha256}; the file was changed or cut: embed the shard again`,
    );
  }
  return sorted;
}

function assertSameRun(first: Shard, { path, manifest }: Shard): void {
  const parts = ["model", "input", "options", "layout"] as const;
  const differing: string[] = parts.filter(
    (part) => !isDeepStrictEqual(manifest[part], first.manifest[part]),
  );
  if (manifest.shard?.count !== first.manifest.shard?.count) differing.push("number of shards");
  if (differing.length === 0) return;
  throw new MergeError(
    `verifyShards: expected shards of one run, got ${basename(path)} with another ${differing.join(", ")} than ${basename(first.path)}; embed it again in the same way`,
  );
}

/** Every record of the input is in one shard, embedded or passed over. */
function assertCounts(shards: readonly Shard[]): void {
  const whole = shards[0]?.manifest.counts.inputRecords;
  const sum = shards.reduce((total, { manifest }) => total + manifest.counts.records, 0);
  if (sum === whole) return;
  throw new MergeError(
    `verifyShards: expected ${whole} records in all shards together, got ${sum}; a manifest was changed: embed the shards again`,
  );
}

/** Rows of all shards in the order of their records; one batch of each shard is in memory. */
export async function* interleaveShards(
  layout: EmbeddingLayout,
  shards: readonly Shard[],
): AsyncGenerator<EmbeddingBatch> {
  const cursors = await Promise.all(shards.map(({ path }) => openCursor(readArrow(path))));
  const collector = collectRows(layout);
  for (;;) {
    const next = leastRecord(cursors);
    if (next === undefined) break;
    collector.add(next.batch, next.row, next.offsets[next.row] as number);
    await next.advance();
    if (collector.bytes >= BATCH_BYTES) yield collector.take();
  }
  if (collector.rows > 0) yield collector.take();
}

interface Cursor {
  batch: EmbeddingBatch;
  offsets: number[];
  row: number;
  done: boolean;
  advance(): Promise<void>;
}

async function openCursor(batches: AsyncGenerator<EmbeddingBatch>): Promise<Cursor> {
  const cursor: Cursor = {
    batch: { heads: [], vectors: [] },
    offsets: [],
    row: 0,
    done: false,
    async advance() {
      this.row += 1;
      while (!this.done && this.row >= this.batch.heads.length) {
        const { value, done } = await batches.next();
        if (done === true) this.done = true;
        else Object.assign(this, { batch: value, offsets: residueOffsets(value.heads), row: 0 });
      }
    },
  };
  await cursor.advance();
  return cursor;
}

function leastRecord(cursors: readonly Cursor[]): Cursor | undefined {
  let least: Cursor | undefined;
  let record = Number.POSITIVE_INFINITY;
  for (const cursor of cursors) {
    const head = cursor.done ? undefined : cursor.batch.heads[cursor.row];
    if (head === undefined || head.record >= record) continue;
    least = cursor;
    record = head.record;
  }
  return least;
}

/** The manifest of what shards make together, but for its output. */
export function joinManifests(shards: readonly Shard[]): Omit<EmbeddingManifest, "output"> {
  const [first, ...others] = shards as readonly [Shard, ...Shard[]];
  const { output: _, ...joined } = first.manifest;
  for (const { manifest } of others) {
    joined.counts = {
      inputRecords: joined.counts.inputRecords,
      records: joined.counts.records + manifest.counts.records,
      passedOver: joined.counts.passedOver + manifest.counts.passedOver,
    };
    joined.totals = addTotals(joined.totals, manifest.totals);
  }
  return { ...joined, shard: null };
}
