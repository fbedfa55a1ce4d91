import { fileURLToPath } from "node:url";

/** The clone that these tests run in. */
export const repositoryRoot = fileURLToPath(new URL("../../../../", import.meta.url));
