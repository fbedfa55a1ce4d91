import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import type { Figure } from "../src/figure.ts";
import { standaloneSvg } from "../src/standalone-svg.ts";

const figure = (side: number): Figure => ({
  kind: "heat-map",
  title: "Map of A & B",
  legendTitle: "r",
  rows: side,
  columns: side,
  values: new Array<number>(side * side).fill(1),
});

test("the text is an XML document of one svg with its namespace, a colour of its own and a white ground", () => {
  const text = standaloneSvg(figure(2), new JSDOM().window);
  const { document } = new JSDOM(text, { contentType: "image/svg+xml" }).window;
  const svg = document.documentElement;
  expect([svg.namespaceURI, svg.localName]).toEqual(["http://www.w3.org/2000/svg", "svg"]);
  expect(svg.getAttribute("color")).toBe("#222222");
  expect(svg.querySelector("rect")?.getAttribute("fill")).toBe("white");
  expect(svg.querySelector("text.title")?.textContent).toBe("Map of A & B");
});

test("a map too large for SVG cells is refused with the remedy", () => {
  const { window } = new JSDOM();
  window.HTMLCanvasElement.prototype.getContext = () => null;
  expect(() => standaloneSvg(figure(51), window)).toThrow('choose renderer "svg"');
});
