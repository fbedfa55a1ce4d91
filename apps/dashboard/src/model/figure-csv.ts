/** The numbers of an experiment's figure as CSV, a line a point or cell. */
import { csvText } from "@performer/charts";
import type { ExperimentFigure } from "@performer/schema";

export function figureCsv(figure: ExperimentFigure): string {
  switch (figure.kind) {
    case "lines":
      return csvText(
        ["series", figure.xTitle, figure.yTitle, "low", "high"],
        [
          ...figure.series.flatMap(({ name, points }) =>
            points.map(({ x, y, low, high }) => [name, x, y, low ?? null, high ?? null]),
          ),
          ...figure.references.map(({ name, y }) => [name, null, y, null, null]),
        ],
      );
    case "heat-map": {
      const { columns, values, rowLabels = [], columnLabels = [] } = figure;
      return csvText(
        [figure.rowTitle ?? "row", figure.columnTitle ?? "column", figure.legendTitle],
        values.map((value, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns];
          return [rowLabels[row] ?? row + 1, columnLabels[column] ?? column + 1, value];
        }),
      );
    }
    case "scatter":
      return csvText(
        ["label", figure.xTitle, figure.yTitle],
        figure.points.map(({ label, x, y }) => [label, x, y]),
      );
    case "maps":
      return csvText(
        ["map", "row", "column", "share_of_largest"],
        figure.rows.flatMap(({ label, maps }) =>
          maps.flatMap(({ caption, bytes }) =>
            [...atob(bytes)].map((byte, at) => [
              `${label} ${caption}`,
              Math.floor(at / figure.side) + 1,
              (at % figure.side) + 1,
              byte.charCodeAt(0) / 255,
            ]),
          ),
        ),
      );
    default:
      return figure satisfies never;
  }
}
