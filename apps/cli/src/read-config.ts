/** A run config from a JSON file. */
import { RunConfig } from "@performer/schema";
import { readJson } from "./read-json.ts";

/** @param shown the file's name for messages. */
export const readConfig = (path: string, shown: string): Promise<RunConfig> =>
  readJson({
    path,
    shown,
    schema: RunConfig,
    remedy: "name a JSON file such as configs/demo.json",
  });
