/**
 * Parts of a set of sequences, by a list: a tab-separated table whose first line names the columns and
 * whose first column is the accession as headers have it (P00974, not UniRef50_P00974). A condition on a
 * column, "max_identity < 0.5", makes a part; sequences that the table does not hold belong to none.
 */

export interface SequencePart {
  /** The condition, or "listed". */
  readonly name: string;
  readonly holds: (accession: string) => boolean;
}

const COMPARISONS = {
  "<": (cell: number, bound: number) => cell < bound,
  "<=": (cell: number, bound: number) => cell <= bound,
  ">": (cell: number, bound: number) => cell > bound,
  ">=": (cell: number, bound: number) => cell >= bound,
} as const;

/**
 * One part a condition; without any, the sequences of the table.
 * @param table the text of the file. @param shown its name, for messages.
 * @param conditions "COLUMN < NUMBER", likewise <=, >, >=; or "COLUMN = TEXT". A cell that is no number
 *   meets no comparison.
 * @throws {Error} naming the line, the column or the condition at fault.
 */
export function sequenceParts(
  table: string,
  shown: string,
  conditions: readonly string[] = [],
): SequencePart[] {
  const { columns, rows } = parseTable(table, shown);
  if (conditions.length === 0) {
    const listed = new Set(rows.map(([accession]) => accession));
    return [{ name: "listed", holds: (accession) => listed.has(accession) }];
  }
  return conditions.map((condition) => {
    const { column, meets, name } = parseCondition(condition);
    const index = columns.indexOf(column);
    if (index < 0) {
      throw new Error(
        `sequenceParts: expected a column of ${shown} (${columns.join(", ")}), got "${column}" in "${condition}"`,
      );
    }
    const chosen = new Set(
      rows.filter((cells) => meets(cells[index] as string)).map(([accession]) => accession),
    );
    return { name, holds: (accession) => chosen.has(accession) };
  });
}

function parseTable(text: string, shown: string) {
  const [head = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const columns = head.split("\t");
  if (columns[0] !== "accession") {
    throw new Error(
      `sequenceParts: expected a tab-separated table with "accession" as first column, got ${JSON.stringify(columns[0]?.slice(0, 40))} in line 1 of ${shown}; add a line that names the columns`,
    );
  }
  const rows = lines.map((line, index) => {
    const cells = line.split("\t");
    if (cells.length !== columns.length) {
      throw new Error(
        `sequenceParts: expected ${columns.length} cells in line ${index + 2} of ${shown}, got ${cells.length}; separate them with tabs`,
      );
    }
    return cells;
  });
  return { columns, rows };
}

function parseCondition(condition: string) {
  const [, column, sign, value] =
    /^\s*([^<>=\s]+)\s*(<=|>=|<|>|=)\s*(\S.*?)\s*$/.exec(condition) ?? [];
  if (column === undefined || sign === undefined || value === undefined) {
    throw new Error(
      `sequenceParts: expected a condition such as "max_identity < 0.5" or "family = none", got "${condition}"`,
    );
  }
  const name = `${column} ${sign} ${value}`;
  if (sign === "=") return { column, name, meets: (cell: string) => cell === value };
  const bound = Number(value);
  if (Number.isNaN(bound)) {
    throw new Error(
      `sequenceParts: expected a number behind ${sign}, got "${value}" in "${condition}"; compare texts with =`,
    );
  }
  const compare = COMPARISONS[sign as keyof typeof COMPARISONS];
  const isNumber = (cell: string) => cell.trim() !== "" && !Number.isNaN(Number(cell));
  return { column, name, meets: (cell: string) => isNumber(cell) && compare(Number(cell), bound) };
}
