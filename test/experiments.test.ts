/**
 * The framework of experiments/ on a tiny size, and every result that is committed: file, figures and
 * page must be what the experiment of today makes of the numbers.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { experimentNames, loadExperiment } from "../experiments/framework/catalog.ts";
import { defineExperiment } from "../experiments/framework/experiment.ts";
import { figureFileName, figureText } from "../experiments/framework/figure-file.ts";
import { parseOptions } from "../experiments/framework/options.ts";
import { PAGE_SECTIONS, renderIndex, renderPage } from "../experiments/framework/page.ts";
import { createReport, readReport, serialize } from "../experiments/framework/report.ts";
import { readReports, redrawExperiment, runExperiment } from "../experiments/framework/run.ts";
import {
  fitLine,
  meanInterval,
  quantile,
  standardDeviation,
} from "../experiments/framework/statistics.ts";

const root = join(import.meta.dirname, "..");
const committed = join(root, "docs/experiments");
const scratch = mkdtempSync(join(tmpdir(), "experiments-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const facts = { command: "npm run experiment -- squares", date: "2026-11-25", machine: "a test" };

/** Squares of numbers, one a step; stops after `failAt` of them. */
const squares = (failAt = Number.POSITIVE_INFINITY) =>
  defineExperiment({
    title: "Squares",
    question: "How do squares grow?",
    parameters: z.strictObject({
      numbers: z.array(z.number()).default([1, 2, 3]),
      power: z.int().min(1).default(2),
      label: z.string().default("x"),
    }),
    quick: { numbers: [1, 2] },
    result: z.strictObject({ values: z.array(z.number()), from: z.int() }),
    async *run({ numbers, power }, { previous }) {
      const values = [...(previous?.values ?? [])];
      const from = values.length;
      for (const number of numbers.slice(from)) {
        if (values.length >= failAt) throw new Error("interrupted");
        values.push(number ** power);
        const progress = { done: values.length, total: numbers.length, label: String(number) };
        yield { ...progress, partial: { values: [...values], from } };
      }
      return { values, from };
    },
    claims: ({ values }) => [{ claim: "they grow", holds: values.length > 1, evidence: "seen" }],
    tables: ({ values }) => [
      { title: "Values", columns: ["value"], rows: values.map((value) => [String(value)]) },
    ],
    figures: ({ values }) => [
      {
        kind: "lines",
        id: "",
        title: "Squares",
        xTitle: "number",
        yTitle: "square",
        series: [{ name: "square", points: values.map((y, x) => ({ x, y })) }],
      },
    ],
  });

describe("framework", () => {
  test("a run leaves a report of the schema, a figure and a page with the command and the figures", async () => {
    const output = join(scratch, "run");
    const seen: number[] = [];
    const report = await runExperiment("squares", squares(), {
      root,
      output,
      parameters: { numbers: [1, 2, 1 / 3], power: 2, label: "x" },
      facts,
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
    expect(readReport(join(output, "squares.json"))).toEqual(report);
    expect(report.complete).toBe(true);
    // six digits are written, and tables are made of what is written
    expect(report.tables[0]?.rows).toEqual([["1"], ["4"], ["0.111111"]]);
    expect(readFileSync(join(output, "squares.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    const page = readFileSync(join(output, "squares.md"), "utf8");
    for (const part of ["# Squares", facts.command, "![Squares](squares.svg)", "| 0.111111 |"]) {
      expect(page).toContain(part);
    }
    for (const section of PAGE_SECTIONS) expect(page).toContain(`## ${section}`);
  });

  test("an interrupted run goes on from what it had finished, but not with other parameters", async () => {
    const output = join(scratch, "interrupted");
    const parameters = { numbers: [1, 2, 3], power: 2, label: "x" };
    const options = { root, output, parameters, facts };
    await expect(runExperiment("squares", squares(2), options)).rejects.toThrow("interrupted");
    expect(readReport(join(output, "squares.json"))?.complete).toBe(false);
    const other = await runExperiment("squares", squares(), {
      ...options,
      output: join(scratch, "interrupted"),
      parameters: { ...parameters, power: 3 },
    });
    expect(other.result).toEqual({ values: [1, 8, 27], from: 0 });

    rmSync(output, { recursive: true });
    await expect(runExperiment("squares", squares(2), options)).rejects.toThrow("interrupted");
    const report = await runExperiment("squares", squares(), options);
    expect(report.result).toEqual({ values: [1, 4, 9], from: 2 });
  });

  test("a finished run goes on where an amount of it grew, and is done anew where none did", async () => {
    const experiment = { ...squares(), amounts: ["numbers"] as const };
    const parameters = { numbers: [1, 2, 3], power: 2, label: "x" };
    const options = { root, output: join(scratch, "grown"), parameters, facts };
    await runExperiment("squares", experiment, options);
    const more = { ...options, parameters: { ...parameters, numbers: [1, 2, 3, 4] } };
    const grown = await runExperiment("squares", experiment, more);
    expect(grown.result).toEqual({ values: [1, 4, 9, 16], from: 3 });
    const again = await runExperiment("squares", experiment, more);
    expect(again.result).toEqual({ values: [1, 4, 9, 16], from: 0 });
  });

  test("a run told to stop ends at the next partial result, and the same command finishes it", async () => {
    const parameters = { numbers: [1, 2, 3], power: 2, label: "x" };
    const options = { root, output: join(scratch, "stopped"), parameters, facts };
    const stopped = await runExperiment("squares", squares(), { ...options, stopAfterMs: 0 });
    expect(stopped.complete).toBe(false);
    expect(stopped.result).toEqual({ values: [1], from: 0 });
    const whole = await runExperiment("squares", squares(), options);
    expect(whole.complete).toBe(true);
    expect(whole.result).toEqual({ values: [1, 4, 9], from: 1 });
  });

  test("prose by hand survives a rewrite of the page; a page without a block is refused", () => {
    const report = createReport(
      squares(),
      { name: "squares", complete: true, parameters: {}, ...facts },
      { values: [1, 4], from: 0 },
    );
    const page = renderPage(report, null);
    const edited = page.replace("## Method\n", "## Method\n\nBy hand.\n").replace("| 4 |", "| 5 |");
    expect(renderPage(report, edited)).toBe(page.replace("## Method\n", "## Method\n\nBy hand.\n"));
    expect(() => renderPage(report, "# Squares\n")).toThrow(/add both lines/);
  });

  test("every parameter is an option; a wrong value is refused by its name", () => {
    const parse = (...args: string[]) => parseOptions("squares", squares(), args).parameters;
    expect(parse()).toEqual({ numbers: [1, 2, 3], power: 2, label: "x" });
    expect(parse("--quick")).toMatchObject({ numbers: [1, 2] });
    expect(parse("--quick", "--numbers", "5,6.5", "--power", "3", "--label", "7")).toEqual({
      numbers: [5, 6.5],
      power: 3,
      label: "7",
    });
    expect(parse("--numbers", "4")).toMatchObject({ numbers: [4] });
    expect(() => parse("--power", "0")).toThrow(/squares: power: /);
    expect(() => parse("--nonsense", "1")).toThrow(/nonsense/);
  });

  test("numbers are written with six digits and integers whole, on few lines", () => {
    const text = serialize({
      bytes: 123456789,
      list: [0.123456789, 2],
      points: [{ x: 1, y: 0.5 }],
    });
    expect(JSON.parse(text)).toEqual({
      bytes: 123456789,
      list: [0.123457, 2],
      points: [{ x: 1, y: 0.5 }],
    });
    expect(text.split("\n").length).toBeLessThan(10);
  });

  test("a name that is no experiment is refused with the names that are", async () => {
    await expect(loadExperiment("nonsense")).rejects.toThrow(/expected one of .*approximation/);
  });
});

describe("statistics", () => {
  test("a line is recovered, with the standard error of its slope", () => {
    const exact = fitLine([0, 1, 2, 5].map((x) => ({ x, y: 3 - 2 * x })));
    expect(exact.slope).toBeCloseTo(-2, 12);
    expect(exact.intercept).toBeCloseTo(3, 12);
    expect(exact.slopeError).toBeCloseTo(0, 12);
    // y = (0, 1, 3): slope 3/2, residuals (1/6, -1/3, 1/6), standard error sqrt((1/6) / 1 / 2)
    const bent = fitLine([0, 1, 3].map((y, x) => ({ x, y })));
    expect(bent.slope).toBeCloseTo(1.5, 12);
    expect(bent.slopeError).toBeCloseTo(Math.sqrt(1 / 12), 12);
    expect(() => fitLine([{ x: 1, y: 1 }])).toThrow(/two points or more, got 1/);
  });

  test("the interval of a mean is Student's; a single value bounds nothing", () => {
    // sd 1, t of two degrees of freedom 4.303
    const { mean, low, high } = meanInterval([1, 2, 3]);
    expect(mean).toBe(2);
    expect(high - 2).toBeCloseTo(4.303 / Math.sqrt(3), 12);
    expect(2 - low).toBeCloseTo(4.303 / Math.sqrt(3), 12);
    expect(meanInterval([5])).toEqual({ mean: 5, low: -Infinity, high: Infinity });
    expect(() => meanInterval([])).toThrow(/1 to 11 values, got 0/);
  });

  test("quantiles lie between order statistics; the deviation divides by n - 1", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2], 0.25)).toBe(1.25);
    expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  });
});

describe("approximation", () => {
  test("a tiny run: errors of both kinds fall as M grows, whatever the draw", async () => {
    const experiment = await loadExperiment("approximation");
    const args = ["--length", "64", "--head-size", "4", "--samples", "8,512", "--scales", "0.5"];
    const { parameters } = parseOptions("approximation", experiment, [...args, "--draws", "2"]);
    const output = join(scratch, "approximation");
    const report = await runExperiment("approximation", experiment, {
      root,
      output,
      parameters,
      facts,
    });
    const { points } = report.result as {
      points: { samples: number; outputErrors: number[]; matrixErrors: number[] }[];
    };
    expect(points.length).toBeGreaterThanOrEqual(4);
    for (const kind of ["outputErrors", "matrixErrors"] as const) {
      const few = points.filter(({ samples }) => samples === 8).flatMap((point) => point[kind]);
      const many = points.filter(({ samples }) => samples === 512).flatMap((point) => point[kind]);
      expect(few).toHaveLength(points.length);
      expect(Math.max(...many)).toBeLessThan(Math.min(...few));
    }
    for (const figure of report.figures) {
      expect(existsSync(join(output, figureFileName("approximation", figure)))).toBe(true);
    }
  });
});

describe.each(readReports(committed).map(({ name }) => name))("docs/experiments/%s", (name) => {
  test("file, figures and page are what its experiment makes of its numbers", async () => {
    expect(experimentNames()).toContain(name);
    const report = readReport(join(committed, `${name}.json`));
    expect(report?.complete).toBe(true);
    const copy = join(scratch, "committed");
    cpSync(committed, copy, { recursive: true });
    const redrawn = await redrawExperiment(name, copy);
    expect(redrawn).toEqual(report);
    for (const figure of redrawn.figures) {
      const file = join(committed, figureFileName(name, figure));
      expect(readFileSync(file, "utf8")).toBe(figureText(figure));
    }
    const page = readFileSync(join(committed, `${name}.md`), "utf8");
    expect(renderPage(redrawn, page)).toBe(page);
    expect(page).toContain(`npm run experiment -- ${name}`);
    for (const section of PAGE_SECTIONS) {
      expect(page).toMatch(new RegExp(`## ${section}\n\n[^#\\s]`));
    }
  });
});

test("the list of pages holds every committed experiment, and no figure is left over", () => {
  const drawn = readReports(committed).flatMap(({ name, figures }) =>
    figures.map((figure) => figureFileName(name, figure)),
  );
  const files = readdirSync(committed).filter((file) => file.endsWith(".svg"));
  expect(files.sort()).toEqual(drawn.sort());
  const index = readFileSync(join(committed, "README.md"), "utf8");
  expect(renderIndex(readReports(committed), index)).toBe(index);
});
