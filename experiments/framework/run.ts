/** Runs an experiment from its parameters to its files, or draws the files anew from the JSON. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type ExperimentReport, parseWith } from "@performer/schema";
import { loadExperiment } from "./catalog.ts";
import type { Experiment, ExperimentProgress } from "./experiment.ts";
import { figureFileName, figureText } from "./figure-file.ts";
import { renderIndex, renderPage } from "./page.ts";
import { createReport, type ReportFacts, readReport, writeReport } from "./report.ts";

export interface RunOptions {
  /** Folder of the clone. */
  readonly root: string;
  /** Where the files go. */
  readonly output: string;
  /** Of the experiment's schema. */
  readonly parameters: Record<string, unknown>;
  readonly facts: Pick<ReportFacts, "command" | "date" | "machine">;
  /** Start over, even where an interrupted run could go on. */
  readonly fresh?: boolean;
  /** Ends at the first partial result after this time; the report is then not complete. */
  readonly stopAfterMs?: number | undefined;
  readonly onProgress?: (progress: ExperimentProgress<unknown>) => void;
}

/** @returns the report, which by then is on disk; figures and page are drawn when it is complete. */
export async function runExperiment(
  name: string,
  experiment: Experiment,
  options: RunOptions,
): Promise<ExperimentReport> {
  const { root, output, parameters, facts, fresh = false } = options;
  const file = join(output, `${name}.json`);
  const write = (result: unknown, complete: boolean) => {
    const report = createReport(experiment, { name, parameters, complete, ...facts }, result);
    writeReport(file, report);
    return report;
  };
  const earlier = readReport(file);
  const previous = fresh ? null : unfinished(experiment, earlier, parameters);
  const run = experiment.run(parameters, { root, previous });
  const stopAt = performance.now() + (options.stopAfterMs ?? Number.POSITIVE_INFINITY);
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      const report = write(value, true);
      drawFiles(report, output, earlier);
      return report;
    }
    options.onProgress?.(value);
    await setImmediate(); // an experiment that never waits would leave the bar no time to draw
    if (value.partial === undefined) continue;
    const report = write(value.partial, false);
    if (performance.now() > stopAt) {
      await run.return(undefined);
      return report;
    }
  }
}

/** What a run can go on from: one of the same parameters that was interrupted, or that was to measure other amounts. */
function unfinished(
  experiment: Experiment,
  report: ExperimentReport | null,
  parameters: Record<string, unknown>,
): unknown {
  if (report === null) return null;
  const [before, now] = [report.parameters, JSON.parse(JSON.stringify(parameters))];
  if (report.complete && isDeepStrictEqual(before, now)) return null;
  const { amounts = [] } = experiment;
  const kept = (all: Record<string, unknown>) =>
    Object.entries(all).filter(([name]) => !amounts.includes(name));
  const same = isDeepStrictEqual(Object.fromEntries(kept(before)), Object.fromEntries(kept(now)));
  return same ? parseWith(experiment.result, report.result, "earlier result") : null;
}

/** Figures, tables and page from the JSON file in `output`. */
export async function redrawExperiment(name: string, output: string): Promise<ExperimentReport> {
  const file = join(output, `${name}.json`);
  const report = readReport(file);
  if (report === null) {
    throw new Error(
      `redraw: expected ${file}, got no file; run the experiment first: npm run experiment -- ${name}`,
    );
  }
  const redrawn = createReport(await loadExperiment(name), report, report.result);
  writeReport(file, redrawn);
  drawFiles(redrawn, output, report);
  return redrawn;
}

/** The reports in a folder, in order of name. */
export function readReports(folder: string): ExperimentReport[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => readReport(join(folder, file)) as ExperimentReport);
}

/** @param earlier what the folder held before; figures that are no more are deleted. */
function drawFiles(
  report: ExperimentReport,
  output: string,
  earlier: ExperimentReport | null,
): void {
  for (const figure of earlier?.figures ?? []) {
    rmSync(join(output, figureFileName(report.name, figure)), { force: true });
  }
  for (const figure of report.figures) {
    writeFileSync(join(output, figureFileName(report.name, figure)), figureText(figure));
  }
  rewrite(join(output, `${report.name}.md`), (page) => renderPage(report, page));
  const index = join(output, "README.md");
  if (existsSync(index)) {
    rewrite(index, (page) => renderIndex(readReports(output), page as string));
  }
}

function rewrite(file: string, change: (text: string | null) => string): void {
  writeFileSync(file, change(existsSync(file) ? readFileSync(file, "utf8") : null));
}
