import { contactFigure } from "@performer/charts";
import { pngUrl } from "@performer/charts/node";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";

const { document } = new JSDOM().window;
const OPTIONS = { document, title: "Contacts of P00974", caption: "probability", imageUrl: pngUrl };

test("a contact map is one picture with a title and what its colours mean; negative scores count as none", () => {
  const negative = contactFigure({ length: 2, scores: [0, -1, -1, 0.5] }, OPTIONS);
  const zero = contactFigure({ length: 2, scores: [0, 0, 0, 0.5] }, OPTIONS);
  const image = (svg: SVGSVGElement) => svg.querySelector("image")?.getAttribute("href");
  expect(image(negative)).toMatch(/^data:image\/png;base64,/);
  expect(image(negative)).toBe(image(zero));
  const other = contactFigure({ length: 2, scores: [0, 0.25, 0.25, 0.5] }, OPTIONS);
  expect(image(other)).not.toBe(image(zero));
  const texts = [...negative.querySelectorAll("text")].map(({ textContent }) => textContent);
  expect(texts).toContain("Contacts of P00974");
  expect(texts).toContain("probability");
});

test("scores that are not L × L are refused", () => {
  expect(() => contactFigure({ length: 2, scores: [1, 2, 3] }, OPTIONS)).toThrow("contactFigure");
});
