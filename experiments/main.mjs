/** `npm run experiment -- NAME …`: runs experiments/NAME.ts on built packages; `--help` says more. */
import { join } from "node:path";
import { ensureBuild } from "../setup/build.mjs";
import { importTypeScript } from "../setup/import-typescript.mjs";

await ensureBuild();
await importTypeScript(join(import.meta.dirname, "framework/main.ts"));
