import { expect, test } from "vitest";
import { formatRoute, parseRoute } from "../src/route.ts";

test("a formatted route parses back to itself, whatever the run is called", () => {
  for (const id of ["demo", "a b", "50%", "x/y", "ünder?score#1"]) {
    const route = parseRoute(formatRoute("runs", id));
    expect([route.view, route.item]).toEqual(["runs", id]);
  }
});

test("the query of a route carries the protein and the head", () => {
  const { view, query } = parseRoute(
    formatRoute("explore", null, { sequence: "MKT", head: "1.3" }),
  );
  expect(view).toBe("explore");
  expect(Object.fromEntries(query)).toEqual({ sequence: "MKT", head: "1.3" });
});

test("an unknown or missing view is the view of runs, or the one that is asked for", () => {
  for (const hash of ["", "#", "#/", "#/nonsense", "#nonsense?x=1"]) {
    expect(parseRoute(hash)).toMatchObject({ view: "runs", item: null });
    expect(parseRoute(hash, "explore").view).toBe("explore");
  }
});

test("a stray % in a hand-typed address is shown as it stands", () => {
  expect(parseRoute("#/runs/50%").item).toBe("50%");
});

test("addresses from before the views were renamed still lead to them", () => {
  expect(parseRoute("#/training/demo")).toMatchObject({ view: "runs", item: "demo" });
  expect(parseRoute("#/attention?accession=P00974").view).toBe("explore");
});
