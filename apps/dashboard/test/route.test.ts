import { expect, test } from "vitest";
import { formatRoute, parseRoute } from "../src/route.ts";

test("a formatted route parses back to itself, whatever the run is called", () => {
  for (const id of ["demo", "a b", "50%", "x/y", "ünder?score#1"]) {
    const route = parseRoute(formatRoute("training", id));
    expect([route.view, route.item]).toEqual(["training", id]);
  }
});

test("the query of a route carries the protein and the head", () => {
  const { view, query } = parseRoute(
    formatRoute("attention", null, { sequence: "MKT", head: "1.3" }),
  );
  expect(view).toBe("attention");
  expect(Object.fromEntries(query)).toEqual({ sequence: "MKT", head: "1.3" });
});

test("an unknown or missing view is the training view", () => {
  for (const hash of ["", "#", "#/", "#/nonsense", "#nonsense?x=1"]) {
    expect(parseRoute(hash)).toMatchObject({ view: "training", item: null });
  }
});

test("a stray % in a hand-typed address is shown as it stands", () => {
  expect(parseRoute("#/training/50%").item).toBe("50%");
});
