// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { arcDiagram } from "../src/arc-diagram.ts";
import { pointMap } from "../src/point-map.ts";
import { residueProfile } from "../src/residue-profile.ts";
import { csvText } from "../src/save-picture.ts";

const number = (element: Element | null | undefined, name: string) =>
  Number(element?.getAttribute(name));

describe("residueProfile", () => {
  const bars = ["M1", "K2", "C3"].map((label, index) => ({
    label,
    value: [0.1, 0.4, -0.2][index]!,
  }));
  const figure = residueProfile(bars, { document, title: "Received", yTitle: "attention" });
  const rects = [...figure.querySelectorAll(".bars rect")];

  test("heights are as the values, in both directions from zero", () => {
    const [first, second, third] = rects.map((rect) => number(rect, "height"));
    expect(second! / first!).toBeCloseTo(4, 1);
    expect(third! / first!).toBeCloseTo(2, 1);
    expect(number(rects[2], "y")).toBeCloseTo(number(rects[0], "y") + first!, 1);
  });

  test("its name says where the largest are", () => {
    expect(figure.querySelector("svg")?.getAttribute("aria-label")).toBe(
      "Received: attention; largest at K2 (0.4), M1 (0.1), C3 (−0.2)",
    );
  });

  test("no bar, or one that is no number: refused", () => {
    const options = { document, title: "", yTitle: "" };
    expect(() => residueProfile([], options)).toThrow("at least one bar");
    expect(() => residueProfile([{ label: "M1", value: Number.NaN }], options)).toThrow(
      "NaN at M1",
    );
  });
});

describe("arcDiagram", () => {
  const labels = [..."MKTAYIAKQR"].map((letter, index) => `${letter}${index + 1}`);
  const options = { document, title: "Pairs", labels };

  test("an arc a pair, named; towards the C end above the line, towards the N end below", () => {
    const figure = arcDiagram(
      [
        { from: 1, to: 7, weight: 0.5 },
        { from: 8, to: 2, weight: 0.25 },
      ],
      options,
    );
    const paths = [...figure.querySelectorAll(".arcs path")];
    const titles = paths.map((path) => path.textContent);
    expect(titles).toEqual(["Q9 attends to T3: 0.25", "K2 attends to K8: 0.5"]);
    const base = (path: Element | undefined) => Number(path?.getAttribute("d")?.split(/[ A]/)[1]);
    expect(base(paths[0])).toBeGreaterThan(base(paths[1]));
    expect(number(paths[1], "stroke-width")).toBeGreaterThan(number(paths[0], "stroke-width"));
  });

  test("no arc: said so; an arc off the line: refused", () => {
    const name = arcDiagram([], options).querySelector("svg")?.getAttribute("aria-label");
    expect(name).toBe("Pairs. No pair is far enough apart");
    expect(() => arcDiagram([{ from: 0, to: 10, weight: 1 }], options)).toThrow("within 10 places");
  });
});

describe("pointMap", () => {
  const points = [
    { x: 0, y: 0, name: "a" },
    { x: 1, y: 0, name: "b" },
    { x: 1, y: 1, name: "c" },
  ];
  const options = {
    document,
    title: "Proteins",
    xTitle: "1",
    yTitle: "2",
    colors: { kind: "groups", title: "kind", of: ["x", "y", "x"] },
  } as const;

  test("a group has one colour, and the key says how many it has", () => {
    const figure = pointMap(points, options);
    const fills = [...figure.querySelectorAll(".points circle")].map((c) => c.getAttribute("fill"));
    expect(fills[0]).toBe(fills[2]);
    expect(fills[0]).not.toBe(fills[1]);
    expect([...figure.querySelectorAll(".key text")].map((text) => text.textContent)).toEqual([
      "x (2)",
      "y (1)",
    ]);
  });

  test("arrow keys go to the nearest point that way; Enter chooses it", () => {
    const hovered: (number | null)[] = [];
    const chosen: number[] = [];
    const figure = pointMap(points, {
      ...options,
      onHover: (index) => hovered.push(index),
      onSelect: (index) => chosen.push(index),
    });
    const group = figure.querySelector(".points");
    for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "Enter"]) {
      group?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
    // the first key enters at the first point; above c there is none
    expect(hovered).toEqual([0, 1, 2]);
    expect(chosen).toEqual([2]);
  });

  test("colours for another number of points: refused", () => {
    const colors = { ...options.colors, of: ["x"] };
    expect(() => pointMap(points, { ...options, colors })).toThrow("each of 3 points, got 1");
  });
});

test("CSV: texts quoted where they must be, undefined numbers empty, every digit of the others", () => {
  const rows = [
    ['a "b", c', 0.1 + 0.2, null],
    ["line\nbreak", Number.NaN, -1e-9],
  ] as const;
  expect(csvText(["name", "x", "y"], rows)).toBe(
    'name,x,y\r\n"a ""b"", c",0.30000000000000004,\r\n"line\nbreak",,-1e-9\r\n',
  );
});
