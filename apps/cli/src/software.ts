/** Name and version of this software, as reports and manifests carry them. */
import { readFileSync } from "node:fs";

const file = new URL("../package.json", import.meta.url);
export const VERSION = (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
export const SOFTWARE = `protein-performer ${VERSION}`;
