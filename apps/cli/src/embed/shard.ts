/**
 * `--shard i/n`: record r of the input belongs to shard r mod n. So every record is in one shard, which
 * one does not depend on the machine, and a file sorted by length is shared out evenly. Counted from 0,
 * as Kubernetes (JOB_COMPLETION_INDEX) and Slurm arrays count.
 */
import { InvalidArgumentError } from "commander";

export interface ShardChoice {
  /** 0 to count - 1. */
  readonly index: number;
  readonly count: number;
}

/** For `.option("--shard <i/n>", …, parseShard)`. */
export function parseShard(text: string): ShardChoice {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index >= count) {
    throw new InvalidArgumentError("Expected i/n with i from 0 to n - 1, such as 0/4.");
  }
  return { index, count };
}

/** @param shard null: all records. */
export const isInShard = (record: number, shard: ShardChoice | null): boolean =>
  shard === null || record % shard.count === shard.index;
