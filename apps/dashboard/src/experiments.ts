/**
 * The committed experiments, built into the page: docs/experiments/*.json at the time of the build, a
 * file each, read when the view is opened. No route serves them, so they are there without an API.
 */
import { ExperimentReport, parseWith } from "@performer/schema";

const files = import.meta.glob<unknown>("../../../docs/experiments/*.json", { import: "default" });

/** All reports, in order of title. */
export async function loadExperiments(): Promise<ExperimentReport[]> {
  const reports = await Promise.all(
    Object.entries(files).map(async ([path, load]) =>
      parseWith(ExperimentReport, await load(), path),
    ),
  );
  return reports.sort((a, b) => a.title.localeCompare(b.title));
}
