/** The built package works on every Node release that it promises, not only on the one that runs the tests. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { installRuntime, spawnRunner } from "../src/index.ts";
import { ensureNode, NODE_RELEASES, nodeReleasesReason } from "./support/fetch-node.mjs";
import { repositoryRoot as root } from "./support/repository-root.ts";

const script = fileURLToPath(new URL("support/multiply-on-runtime.mjs", import.meta.url));
const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

if (nodeReleasesReason !== null) {
  test(`does not apply here: ${nodeReleasesReason}`, () => {
    expect(`${process.platform}-${process.arch}`).not.toBe("linux-x64");
  });
} else {
  describe.each(Object.keys(NODE_RELEASES) as (keyof typeof NODE_RELEASES)[])(
    "Node %s",
    (version) => {
      let binary: string;
      let backend: string;
      beforeAll(async () => {
        expect(existsSync(built), `${built} is absent: run npm run build`).toBe(true);
        binary = await ensureNode(version);
        backend = (await installRuntime({ root })).backend;
      });

      test.each(["installed", "wasm"])(
        "the %s runtime loads and multiplies, without a warning",
        async (which) => {
          const expected = which === "wasm" ? "wasm" : backend;
          const result = await spawnRunner.run(binary, [script, root, expected], {
            timeoutMs: 60_000,
          });
          expect(result).toEqual({
            outcome: "succeeded",
            stdout: `${JSON.stringify({ node: version, backend: expected, product: [19, 22, 43, 50], top: [50] })}\n`,
            stderr: "",
          });
        },
      );
    },
  );
}
