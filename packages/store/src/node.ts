/**
 * The experiment store in a SQLite file.
 *
 * @example
 * const store = await openStore("store/experiments.sqlite");
 */
export { type OpenStoreOptions, openStore } from "./node/open-store.ts";
