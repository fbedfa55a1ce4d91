// @vitest-environment jsdom
import { expect, test } from "vitest";
import { axisScale } from "../src/axis-scale.ts";
import { type LineChartOptions, lineChart } from "../src/line-chart.ts";
import type { LineSeries } from "../src/line-chart-series.ts";
import { spread } from "../src/series-names.ts";

const options: LineChartOptions = {
  document,
  title: "Time",
  xTitle: "length",
  yTitle: "seconds",
};
const line = (name: string, ys: readonly number[], rest: Partial<LineSeries> = {}): LineSeries => ({
  name,
  points: ys.map((y, index) => ({ x: 2 ** index, y })),
  ...rest,
});

const placesOf = (figure: HTMLElement) =>
  [...figure.querySelectorAll(".marker")].map((marker) => {
    const [, x, y] = /translate\(([\d.]+), (-?[\d.]+)\)/.exec(
      marker.getAttribute("transform") ?? "",
    ) as RegExpExecArray;
    return { x: Number(x), y: Number(y) };
  });
const textsOf = (figure: HTMLElement, group: string) =>
  [...figure.querySelectorAll(`.${group} text`)].map((text) => text.textContent);

test("on logarithmic axes a power law is a straight line of evenly spaced points", () => {
  const figure = lineChart(
    { series: [line("quadratic", [1, 4, 16, 64])] },
    { ...options, xScale: "log2", yScale: "log10" },
  );
  const places = placesOf(figure);
  expect(places).toHaveLength(4);
  const steps = places.slice(1).map(({ x, y }, index) => ({
    x: x - (places[index]?.x ?? 0),
    y: y - (places[index]?.y ?? 0),
  }));
  for (const step of steps) {
    expect(step.x).toBeCloseTo(steps[0]?.x ?? 0, 1);
    expect(step.y).toBeCloseTo(steps[0]?.y ?? 0, 1);
    expect(step.x).toBeGreaterThan(0);
    expect(step.y).toBeLessThan(0);
  }
});

test("lengths are marked by powers of two, small errors by powers of ten", () => {
  const lengths = axisScale("log2", [256, 4096], [0, 400]);
  expect(lengths.ticks(10).map(({ text }) => text)).toEqual([
    "256",
    "512",
    "1,024",
    "2,048",
    "4,096",
  ]);
  const errors = axisScale("log10", [2e-6, 0.5], [0, 400]);
  expect(errors.ticks(10).map(({ text }) => text)).toEqual([
    "10⁻⁵",
    "10⁻⁴",
    "0.001",
    "0.01",
    "0.1",
  ]);
});

test("where powers of ten are too few, multiples are marked too; no more ticks than asked for", () => {
  const narrow = axisScale("log10", [3, 60], [0, 400]);
  expect(narrow.ticks(10).map(({ value }) => value)).toEqual([3, 10, 30]);
  const tiny = axisScale("log10", [1.2, 1.9], [0, 400]);
  expect(tiny.ticks(10).length).toBeGreaterThanOrEqual(3);
  for (const count of [2, 3, 5]) {
    expect(axisScale("log2", [1, 65_536], [0, 400]).ticks(count).length).toBeLessThanOrEqual(count);
  }
});

test("a band reaches from the lowest to the highest, and stays in the plot where the lowest is zero", () => {
  const points = [
    { x: 1, y: 10, low: 0, high: 20 },
    { x: 2, y: 20, low: 15, high: 30 },
  ];
  const figure = lineChart(
    { series: [{ name: "banded", points }] },
    { ...options, yScale: "log10", height: 300 },
  );
  const path = figure.querySelector(".band")?.getAttribute("d") ?? "";
  const heights = [...path.matchAll(/[\d.]+,([\d.]+)/g)].map((match) => Number(match[1]));
  expect(heights).toHaveLength(4);
  for (const height of heights) {
    expect(height).toBeGreaterThanOrEqual(32);
    expect(height).toBeLessThanOrEqual(300 - 46);
  }
  expect(Math.max(...heights)).toBe(300 - 46);
});

test("each line has its name: at its end where there is room, below where there is not", () => {
  const data = { series: [line("exact", [1, 2, 9]), line("linear", [3, 3, 3])] };
  const wide = lineChart(data, { ...options, width: 700 });
  // from above to below, as the lines end
  expect(textsOf(wide, "names")).toEqual(["exact", "linear"]);
  const swapped = lineChart({ series: [...data.series].reverse() }, { ...options, width: 700 });
  expect(textsOf(swapped, "names")).toEqual(["exact", "linear"]);
  const narrow = lineChart(data, { ...options, width: 340 });
  const height = Number(narrow.querySelector("svg")?.getAttribute("height"));
  expect(height).toBeGreaterThan(400);
  expect(textsOf(narrow, "names")).toEqual(["exact", "linear"]);
});

test("names are moved as little as needed, keep their order and never touch", () => {
  const room = { top: 0, bottom: 100, gap: 10 };
  expect(spread([20, 50], room)).toEqual([20, 50]);
  expect(spread([50, 50], room)).toEqual([45, 55]);
  expect(spread([2, 3, 4], room)).toEqual([0, 10, 20]);
  expect(spread([98, 99], room)).toEqual([90, 100]);
  expect(spread([40, 52, 58], room)).toEqual([40, 50, 60]);
});

test("a line that ends early is crossed out and says why", () => {
  const figure = lineChart(
    { series: [line("exact", [1, 4], { ended: "memory" }), line("linear", [1, 2, 3])] },
    options,
  );
  expect(figure.querySelectorAll(".end")).toHaveLength(1);
  expect(textsOf(figure, "names")).toContain("exact (× memory)");
  expect(figure.querySelector("svg")?.getAttribute("aria-label")).toContain("exact (× memory)");
});

test("a level to compare with lies at its value, inside the plot", () => {
  const data = { series: [line("loss", [2, 3])], references: [{ name: "unigram", y: 18 }] };
  const figure = lineChart(data, { ...options, height: 300 });
  expect(textsOf(figure, "references")).toEqual(["unigram"]);
  const at = /M[\d.]+ ([\d.]+)H/.exec(
    figure.querySelector(".references path")?.getAttribute("d") ?? "",
  );
  expect(Number(at?.[1])).toBeGreaterThan(32);
  expect(Number(at?.[1])).toBeLessThan(placesOf(figure)[1]?.y ?? 0);
});

test("colours differ between themes, and dashes and places in the palette are kept", () => {
  const series = [line("a", [1, 2], { color: 3, dashed: true })];
  const strokeOf = (theme: "light" | "dark") =>
    lineChart({ series }, { ...options, theme }).querySelector(".line") as Element;
  expect(strokeOf("light").getAttribute("stroke")).not.toBe(
    strokeOf("dark").getAttribute("stroke"),
  );
  expect(strokeOf("light").getAttribute("stroke-dasharray")).toBe("5 4");
  const fourth = lineChart(
    { series: ["a", "b", "c", "d"].map((name) => line(name, [1, 2])) },
    options,
  );
  expect(fourth.querySelectorAll(".line")[3]?.getAttribute("stroke")).toBe(
    strokeOf("light").getAttribute("stroke"),
  );
});

test("long series are drawn without markers", () => {
  const long = line("training", [], {
    points: Array.from({ length: 100 }, (_, x) => ({ x, y: x })),
  });
  expect(placesOf(lineChart({ series: [long] }, options))).toHaveLength(0);
});

test("no points, one that is not finite, or zero on a logarithmic axis: an error with the remedy", () => {
  expect(() => lineChart({ series: [] }, options)).toThrow(/leave empty series out/);
  expect(() => lineChart({ series: [line("a", [])] }, options)).toThrow(/leave empty series out/);
  expect(() => lineChart({ series: [line("a", [Number.NaN])] }, options)).toThrow(
    /\(1, NaN\) in a; leave the point out/,
  );
  const zero = { series: [line("a", [0, 1])] };
  expect(() => lineChart(zero, { ...options, yScale: "log10" })).toThrow(/use a linear axis/);
});

test("whole numbers: orders are marked by integers alone, however much room there is", () => {
  const orders = axisScale("whole", [1, 5], [0, 400]);
  expect(orders.ticks(12).map(({ text }) => text)).toEqual(["1", "2", "3", "4", "5"]);
  expect(orders.position(3)).toBe(200);
});

test("above yTop a line leaves the plot, which clips it; what lies below has the whole height", () => {
  const series = [line("run", [4000, 18, 17, 16])];
  const free = lineChart({ series }, options);
  const cut = lineChart({ series }, { ...options, yTop: 20 });
  const height = (figure: HTMLElement) => {
    const ys = placesOf(figure).map(({ y }) => y);
    return Math.abs((ys[3] ?? 0) - (ys[1] ?? 0));
  };
  expect(height(free)).toBeLessThan(1);
  expect(height(cut)).toBeGreaterThan(100);
  expect(free.querySelector("svg svg")).toBeNull();
  // an inner SVG clips to its viewport, here the plot: as high as the axis
  const plot = cut.querySelector("svg svg.plot");
  const path = plot?.querySelector(".line")?.getAttribute("d") ?? "";
  const top = Number(plot?.getAttribute("y"));
  expect(Number(path.split(",")[1]?.split("L")[0])).toBeLessThan(top);
});
