/** The public names of every workspace, as one snapshot: adding or losing one is seen in review. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Entry files by the name they are imported under, from the package's own exports. */
const entries = ["packages", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).flatMap((folder) => {
    const workspace = join(root, group, folder);
    const { name, exports = {} } = JSON.parse(
      readFileSync(join(workspace, "package.json"), "utf8"),
    ) as { name: string; exports?: Record<string, { "performer-source": string }> };
    return Object.entries(exports).map(([path, target]) => ({
      name: join(name, path),
      file: join(workspace, target["performer-source"]),
    }));
  }),
);

/** Names in `export { … } from` lists; an index holds nothing else. */
function exportedNames(file: string): string[] {
  const lists = readFileSync(file, "utf8").matchAll(/export (?:type )?\{([^}]*)\}/g);
  return [...lists]
    .flatMap((list) => (list[1] as string).split(","))
    .map((name) => name.trim().replace(/^type /, ""))
    .filter((name) => name !== "")
    .sort();
}

test.each(entries)("$name", ({ file }) => {
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, "utf8")).not.toContain("export *");
  expect(exportedNames(file)).toMatchSnapshot();
});
