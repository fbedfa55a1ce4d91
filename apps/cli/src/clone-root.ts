/**
 * Where things are: the folder of the clone, found from this module so that the command works from
 * any folder, and the folder that a person's file arguments are relative to.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Only the clone's own folder has the lock file of the workspaces beside data and configs. */
const MARKS = ["package-lock.json", "configs", "apps"];

/**
 * The clone's folder.
 * @throws {Error} where this module lies outside a clone.
 */
export function findCloneRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (MARKS.every((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(
        `findCloneRoot: no folder above ${from} holds ${MARKS.join(", ")}; run the command from a clone`,
      );
    }
  }
}

/**
 * Absolute path of a file that a person named. npm runs scripts in the clone's folder and keeps the
 * folder it was called from in INIT_CWD.
 */
export function resolveUserPath(root: string, path: string): string {
  const calledFrom = process.env["INIT_CWD"];
  const viaNpm = calledFrom !== undefined && process.cwd() === root;
  return resolve(viaNpm ? calledFrom : process.cwd(), path);
}
