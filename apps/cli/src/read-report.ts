/** An evaluation report from a JSON file. */
import { EvaluationReport } from "@performer/schema";
import { readJson } from "./read-json.ts";

/** @param shown the file's name for messages. */
export const readReport = (path: string, shown: string): Promise<EvaluationReport> =>
  readJson({
    path,
    shown,
    schema: EvaluationReport,
    remedy: "write one with performer evaluate --report FILE",
  });
