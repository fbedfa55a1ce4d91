/** A bulk job in words: how far it is, what was asked of it, what holds it up. */
import type { Job } from "@performer/schema";
import { formatCount, formatDuration } from "./format.ts";

export const isUnderWay = ({ state }: Job): boolean => state === "queued" || state === "running";

/** By residues, as the work goes; 1 where it is done, gaps of the input or not. */
export function shareOf({ state, residues }: Job): number {
  if (state === "done") return 1;
  if (residues.total === null || residues.total === 0) return 0;
  return Math.min(1, residues.done / residues.total);
}

/** "195 proteins", or that nobody knows yet. */
export function sizeOf({ records: { total } }: Job): string {
  if (total === null) return "Proteins not counted yet";
  return total === 1 ? "1 protein" : `${formatCount(total)} proteins`;
}

/** "mean · layer 3 · unknown letters as X" */
export function choicesOf({ options: { include, layer, letters } }: Job): string {
  return [
    INCLUDED[include],
    layer === undefined ? "last layer" : `layer ${layer}`,
    ...(letters === "lenient" ? ["unknown letters as X"] : []),
  ].join(" · ");
}

const INCLUDED: Readonly<Record<Job["options"]["include"], string>> = {
  mean: "mean of each protein",
  residues: "every residue",
  both: "every residue and their mean",
};

/** "1,204 of 4,000 done · 1,310 residues/s · 2 min 10 s left" */
export function progressOf(job: Job): string {
  const { state, records, residuesPerSecond, secondsLeft } = job;
  switch (state) {
    case "queued":
      return "waits for its turn";
    case "running":
      return [
        `${formatCount(records.done)} of ${formatCount(records.total ?? 0)} done`,
        ...(residuesPerSecond === null ? [] : [`${formatCount(residuesPerSecond)} residues/s`]),
        ...(secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`]),
      ].join(" · ");
    case "done":
      return `took ${formatDuration(secondsOf(job))}`;
    case "failed":
      return `${formatCount(records.done)} done before it failed`;
    default:
      return state satisfies never;
  }
}

function secondsOf({ startedAt, finishedAt }: Job): number {
  return (Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "")) / 1000 || 0;
}
