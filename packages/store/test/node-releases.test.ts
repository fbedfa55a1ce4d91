/** The prebuilt SQLite loads, and a store works, on every Node release that this project promises. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import {
  ensureNode,
  NODE_RELEASES,
  nodeReleasesReason,
} from "../../tensorflow/test/support/fetch-node.mjs";
import { storePath } from "./support.ts";

const program = join(import.meta.dirname, "programs/book-until-full.mjs");

if (nodeReleasesReason !== null) {
  test(`does not apply here: ${nodeReleasesReason}`, () => {
    expect(`${process.platform}-${process.arch}`).not.toBe("linux-x64");
  });
} else {
  test.each(Object.keys(NODE_RELEASES) as (keyof typeof NODE_RELEASES)[])(
    "Node %s books, is refused at a limit, and warns of nothing",
    async (version) => {
      const binary = await ensureNode(version);
      const script = 'ulimit -f 256 && exec "$0" "$1" "$2"';
      const { stdout, stderr } = await promisify(execFile)("bash", [
        ...["-c", script, binary, program, await storePath()],
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ kind: "full" });
      expect(stderr).toBe("");
    },
  );
}
