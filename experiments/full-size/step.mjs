/** The process of one measurement; packages were built by the experiment that starts it. */
import { join } from "node:path";
import { importTypeScript } from "../../setup/import-typescript.mjs";

await importTypeScript(join(import.meta.dirname, "step.ts"));
