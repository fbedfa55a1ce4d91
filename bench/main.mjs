/** `npm run bench -- NAME …`: runs bench/NAME.ts on built packages. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureBuild } from "../setup/build.mjs";
import { importTypeScript } from "../setup/import-typescript.mjs";

const [name = ""] = process.argv.splice(2, 1);
const file = join(import.meta.dirname, `${name}.ts`);
if (!/^[a-z/-]+$/.test(name) || !existsSync(file)) {
  console.error(`bench: expected the name of a benchmark, for instance "train", got "${name}"`);
  process.exit(2);
}
// a contender is started by a benchmark that has seen to the build
if (!name.includes("/")) await ensureBuild();
await importTypeScript(file);
