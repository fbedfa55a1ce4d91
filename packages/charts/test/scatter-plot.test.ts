// @vitest-environment jsdom
import { expect, test } from "vitest";
import { type ScatterPoint, scatterPlot } from "../src/scatter-plot.ts";

const options = { document, title: "Agreement", xTitle: "BLOSUM62", yTitle: "Pearson r" };
const points: ScatterPoint[] = [
  { x: -4, y: -0.5, label: "W, D" },
  { x: 3, y: 0.8, label: "F, Y", marked: true },
  { x: 0, y: 0, label: "A, S" },
];

const circles = (figure: HTMLElement) => [...figure.querySelectorAll(".points circle")];
const at = (circle: Element | undefined, name: string) => Number(circle?.getAttribute(name));

test("one point a pair: larger x stands further right, larger y further up", () => {
  const [low, middle, high] = circles(scatterPlot(points, options));
  expect(at(low, "cx")).toBeLessThan(at(middle, "cx"));
  expect(at(middle, "cx")).toBeLessThan(at(high, "cx"));
  expect(at(low, "cy")).toBeGreaterThan(at(middle, "cy"));
  expect(at(middle, "cy")).toBeGreaterThan(at(high, "cy"));
});

test("every point lies inside the axes", () => {
  const figure = scatterPlot(points, { ...options, width: 400, height: 200 });
  for (const circle of circles(figure)) {
    expect(at(circle, "cx")).toBeGreaterThan(56);
    expect(at(circle, "cx")).toBeLessThan(400 - 40);
    expect(at(circle, "cy")).toBeGreaterThan(28);
    expect(at(circle, "cy")).toBeLessThan(200 - 44);
  }
});

test("a marked point carries its name and is drawn above the others", () => {
  const figure = scatterPlot(points, options);
  const names = [...figure.querySelectorAll(".points text")].map((text) => text.textContent);
  expect(names).toEqual(["F, Y"]);
  expect(circles(figure).at(-1)?.textContent).toBe("F, Y");
});

test("points without spread are drawn in the middle", () => {
  const [only] = circles(scatterPlot([{ x: 2, y: 2, label: "one" }], { ...options, width: 480 }));
  expect(at(only, "cx")).toBe((56 + 480 - 40) / 2);
});

test("no points, or one that is not finite: an error that names the remedy", () => {
  expect(() => scatterPlot([], options)).toThrow(/at least one point, got none; show a message/);
  const broken = [{ x: Number.NaN, y: 1, label: "A, C" }];
  expect(() => scatterPlot(broken, options)).toThrow(
    /got \(NaN, 1\) for A, C; leave the point out/,
  );
});
