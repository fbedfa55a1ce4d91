import { expect, test } from "vitest";
import { formatWindow, parseWindow } from "../src/model/map-address.ts";

test("a part of a map is written from 1 and read back", () => {
  const part = { row: 25, column: 40, size: 50 };
  expect(formatWindow(part)).toBe("26,41,50");
  expect(parseWindow("26,41,50", 100)).toEqual(part);
});

test("a text that names no part of this map is none", () => {
  for (const text of [
    null,
    "",
    "1,1",
    "0,1,10",
    "1,1,0",
    "1,1,x",
    "-1,1,10",
    "52,1,50",
    "1,1,101",
  ]) {
    expect(parseWindow(text, 100), String(text)).toBeNull();
  }
  expect(parseWindow("51,1,50", 100)).toEqual({ row: 50, column: 0, size: 50 });
});
