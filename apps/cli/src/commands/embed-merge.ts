/** `performer embed-merge`: the shards of `performer embed --shard` verified and put together. */
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";

const EXAMPLES = `
Every shard must be there once, whole, and of the same model, input and options: what is missing is
named, and nothing is written. The rows come in the order of the input, as without shards.

Examples:
  $ performer embed-merge shard-*.arrow -o embeddings.h5
  $ performer embed-merge shard-0.arrow shard-1.arrow -o embeddings.parquet`;

interface MergeOptions {
  readonly output: string;
}

export const embedMergeCommand = () =>
  new Command("embed-merge")
    .description("verify that the shards of an embedding are complete, and put them together")
    .argument("<shards...>", "what performer embed --shard wrote")
    .requiredOption("-o, --output <file>", "a file whose ending chooses the format")
    .addHelpText("after", EXAMPLES)
    .action(merge);

async function merge(paths: readonly string[], options: MergeOptions): Promise<void> {
  const root = findCloneRoot();
  const { interleaveShards, joinManifests, readShards, verifyShards, writeOutput } = await import(
    "@performer/embedding-files"
  );
  const { assertDiskSpace } = await import("../embed/disk-need.ts");
  const { outputFormat } = await import("../embed/output-format.ts");

  const output = resolveUserPath(root, options.output);
  const { size, write } = outputFormat(output);
  const shards = await verifyShards(
    await readShards(paths.map((path) => resolveUserPath(root, path))),
  );
  const manifest = joinManifests(shards);
  const { layout, totals, counts } = manifest;
  const outputBytes = size(layout, totals);
  const space = await assertDiskSpace({ output, outputBytes, partsBytes: 0 });
  process.stderr.write(
    `${shards.length} shards, all whole: ${totals.rows.toLocaleString("en")} sequences of ${counts.inputRecords.toLocaleString("en")} records; ${space}\n`,
  );
  const batches = () => interleaveShards(layout, shards);
  await writeOutput({ output, write, manifest, batches });
  process.stdout.write(`${output}\n`);
}
