/** The experiments that the build holds. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ExperimentReport } from "@performer/schema";

const folder = fileURLToPath(new URL("../../../../docs/experiments/", import.meta.url));

export function committedReports(): ExperimentReport[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ExperimentReport.parse(JSON.parse(readFileSync(`${folder}${file}`, "utf8"))));
}
