/** The JSON file of an experiment: made from its result, written, read and checked. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ExperimentReport, parseWith } from "@performer/schema";
import type { Experiment } from "./experiment.ts";

/** Whatever is no derivative of the experiment and its result. */
export type ReportFacts = Pick<
  ExperimentReport,
  "name" | "command" | "date" | "machine" | "complete" | "parameters"
>;

/** @throws {SchemaError} where the result is not of the experiment's schema. */
export function createReport(
  experiment: Experiment,
  facts: ReportFacts,
  result: unknown,
): ExperimentReport {
  const { name, command, date, machine, complete, parameters } = facts;
  // through JSON first: figures are made of the numbers that are written, digit for digit
  const written = JSON.parse(serialize(result));
  const parsed = parseWith(experiment.result, written, `result of ${name}`);
  const report = {
    name,
    title: experiment.title,
    question: experiment.question,
    command,
    date,
    machine,
    complete,
    parameters,
    result: written,
    claims: experiment.claims(parsed),
    tables: experiment.tables(parsed),
    figures: experiment.figures(parsed),
  };
  return parseWith(ExperimentReport, JSON.parse(serialize(report)), `report of ${name}`);
}

/** @returns null where there is no file. @throws {SchemaError} where it is no report. */
export function readReport(file: string): ExperimentReport | null {
  if (!existsSync(file)) return null;
  return parseWith(ExperimentReport, JSON.parse(readFileSync(file, "utf8")), file);
}

/** Whole or not at all, so that a run killed while it writes can go on. */
export function writeReport(file: string, report: ExperimentReport): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, serialize(report));
  renameSync(`${file}.part`, file);
}

const SIGNIFICANT_DIGITS = 6;

/** Integers whole, other numbers with six digits; innermost lists and records take one line each. */
export function serialize(value: unknown): string {
  const rounded = (_key: string, item: unknown) =>
    typeof item === "number" && !Number.isInteger(item)
      ? Number(item.toPrecision(SIGNIFICANT_DIGITS))
      : item;
  const text = JSON.stringify(value, rounded, 1);
  return `${text.replace(/[[{]\n[^[\]{}"]*?\n\s*[\]}]|\{\n(?:\s*"\w+": [^[\]{}"\n]*\n)+\s*\}/g, (inner) => inner.replace(/\n\s*/g, " "))}\n`;
}
