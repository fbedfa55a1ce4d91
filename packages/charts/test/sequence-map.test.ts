// @vitest-environment jsdom
import { expect, test, vi } from "vitest";
import { sequenceMap } from "../src/sequence-map.ts";

const sequence = "MKL";
const values = [1, 0, 0, 0.25, 0.75, 0, 0.2, 0.3, 0.5];

function draw(onHover?: (cell: unknown) => void) {
  const figure = sequenceMap(
    { sequence, values },
    { document, title: "layer 1, head 1", ...(onHover && { onHover }) },
  );
  const cells = figure.querySelector(".cells") as Element;
  vi.spyOn(cells, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 300, 300));
  const readout = figure.querySelector("figcaption") as HTMLElement;
  return { figure, cells, readout };
}

test("axes name each residue by letter and number", () => {
  const { figure } = draw();
  const labels = [...figure.querySelectorAll(".row-labels text")].map((text) => text.textContent);
  expect(labels).toEqual(["M1", "K2", "L3"]);
});

test("pointing at a cell names the residues and shows the crosshair; leaving hides it", () => {
  const seen = vi.fn();
  const { figure, cells, readout } = draw(seen);
  const crosshair = figure.querySelector(".crosshair");
  const hint = readout.textContent;
  expect(crosshair?.getAttribute("visibility")).toBe("hidden");

  cells.dispatchEvent(new MouseEvent("pointermove", { clientX: 110, clientY: 250 }));
  expect(readout.textContent).toBe("L3 attends to K2: 0.3");
  expect(crosshair?.getAttribute("visibility")).toBe("visible");
  expect(seen).toHaveBeenLastCalledWith(expect.objectContaining({ row: 2, column: 1, value: 0.3 }));

  cells.dispatchEvent(new MouseEvent("pointerleave"));
  expect(readout.textContent).toBe(hint);
  expect(crosshair?.getAttribute("visibility")).toBe("hidden");
});

test("the readout is announced politely", () => {
  expect(draw().readout.getAttribute("aria-live")).toBe("polite");
});

test("values that are not L × L are refused", () => {
  expect(() => sequenceMap({ sequence: "MK", values }, { document, title: "" })).toThrow(
    "expected 2 × 2 = 4 values, got 9",
  );
});
