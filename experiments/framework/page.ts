/**
 * The page of an experiment, docs/experiments/NAME.md: prose by hand around one block that the command
 * writes, so that figures and tables cannot differ from the JSON file. And the list of pages.
 */
import type { ExperimentReport, ExperimentTable } from "@performer/schema";
import { figureFileName } from "./figure-file.ts";

const BEGIN = "<!-- written by npm run experiment; change the experiment, not this block -->";
const END = "<!-- end of the written block -->";

/** What a page says by hand. */
export const PAGE_SECTIONS = ["Method", "The article's figure", "What differs"] as const;

/** The page with its block replaced; a page with empty sections where there is none yet. */
export function renderPage(report: ExperimentReport, page: string | null): string {
  const block = `${BEGIN}\n\n${renderBlock(report)}\n\n${END}`;
  if (page === null) {
    const sections = PAGE_SECTIONS.map((section) => `## ${section}\n`).join("\n");
    return `# ${report.title}\n\n${report.question}\n\n${block}\n\n${sections}`;
  }
  return replaceBlock(page, block);
}

export function renderIndex(reports: readonly ExperimentReport[], page: string): string {
  const table = renderTable({
    title: "",
    columns: ["experiment", "question", "the article's statements that hold here"],
    rows: reports.map(({ name, title, question, claims }) => [
      `[${title}](${name}.md)`,
      question,
      claims.length === 0
        ? "none on this"
        : `${claims.filter(({ holds }) => holds).length} of ${claims.length}`,
    ]),
  });
  return replaceBlock(page, `${BEGIN}\n\n${table}\n\n${END}`);
}

function replaceBlock(page: string, block: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(
      `replaceBlock: expected a block between "${BEGIN}" and "${END}" in the page, got none; add both lines`,
    );
  }
  return `${page.slice(0, begin)}${block}${page.slice(end + END.length)}`;
}

function renderBlock(report: ExperimentReport): string {
  const { name, command, date, machine, complete, claims, tables, figures } = report;
  return [
    `\`${command}\`, ${date}, ${machine}; numbers: [${name}.json](${name}.json).`,
    ...(complete ? [] : ["**Not finished:** the run was stopped on the way."]),
    ...figures.map((figure) => {
      const image = `![${figure.title}](${figureFileName(name, figure)})`;
      return figure.caption === undefined ? image : `${image}\n\n${figure.caption}`;
    }),
    ...(claims.length === 0 ? [] : [renderTable(claimsTable(claims))]),
    ...tables.map(renderTable),
  ].join("\n\n");
}

function claimsTable(claims: ExperimentReport["claims"]): ExperimentTable {
  return {
    title: "",
    columns: ["the article says", "here", "by"],
    rows: claims.map(({ claim, holds, evidence }) => [claim, holds ? "yes" : "**no**", evidence]),
  };
}

function renderTable({ title, columns, rows }: ExperimentTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
  return title === "" ? table : `**${title}**\n\n${table}`;
}
