// @vitest-environment jsdom
import { expect, test } from "vitest";
import { heatMap } from "../src/heat-map.ts";
import { matrixFromRows } from "../src/matrix.ts";
import { pointAt } from "../src/point-at.ts";

const draw = () =>
  heatMap(matrixFromRows([[1, 2, 3]]), {
    document,
    title: "row",
    legendTitle: "value",
    width: 30,
    onHover: () => {},
  });
const pointers = (figure: HTMLElement) => [...figure.querySelectorAll(".pointer")];

test("one outline stands on the cell pointed at and moves with it", () => {
  const figure = draw();
  pointAt(figure, { row: 0, column: 1 });
  pointAt(figure, { row: 0, column: 2 });
  expect(pointers(figure).map((pointer) => pointer.getAttribute("transform"))).toEqual([
    "translate(20, 0)",
  ]);
  expect(pointers(figure)[0]?.querySelector("rect")?.getAttribute("width")).toBe("10");
});

test("pointing at nothing hides the outline", () => {
  const figure = draw();
  pointAt(figure, { row: 0, column: 1 });
  pointAt(figure, null);
  expect(pointers(figure)[0]?.getAttribute("visibility")).toBe("hidden");
});

test("the outline takes no events from the cells below it", () => {
  const figure = draw();
  pointAt(figure, { row: 0, column: 0 });
  expect(pointers(figure)[0]?.getAttribute("pointer-events")).toBe("none");
});

test("an element that is no heat map: an error", () => {
  expect(() => pointAt(document.createElement("figure"), null)).toThrow(
    "pointAt: expected a figure made by heatMap",
  );
});
