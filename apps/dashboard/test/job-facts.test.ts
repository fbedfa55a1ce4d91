/** Jobs in words. */
import { expect, test } from "vitest";
import { choicesOf, progressOf, shareOf, sizeOf } from "../src/model/job-facts.ts";
import { jobsOfEveryState, madeUpJob } from "./support/fixture-jobs.ts";

test("each state says how far it is", () => {
  expect(jobsOfEveryState().map(progressOf)).toEqual([
    "waits for its turn",
    "12,000 of 48,211 done · 1,240 residues/s · 2 h 41 min left",
    "took 3 min 05 s",
    "12 done before it failed",
  ]);
});

test("the share goes by residues, is 0 before they are counted and 1 when done, gaps or not", () => {
  expect(jobsOfEveryState().map(shareOf)).toEqual([0, 0.25, 1, 1 / 3]);
  expect(shareOf(madeUpJob("a", { state: "running", residues: { total: 0, done: 0 } }))).toBe(0);
});

test("sizes and choices", () => {
  const one = madeUpJob("a", { records: { total: 1, done: 0, refused: 0 } });
  expect([madeUpJob("b"), one].map(sizeOf)).toEqual(["Proteins not counted yet", "1 protein"]);
  expect(jobsOfEveryState().slice(0, 2).map(choicesOf)).toEqual([
    "mean of each protein · last layer",
    "every residue · layer 3 · unknown letters as X",
  ]);
});
