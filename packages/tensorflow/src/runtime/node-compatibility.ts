/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`: Node 22 warns about them on
 * standard error, and Node 23 and later no longer have them. Both are replaced by plain functions
 * before tfjs-node is loaded.
 */
import util from "node:util";

const REPLACEMENTS = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};

export function replaceRemovedUtilities(target: object = util): void {
  for (const [name, value] of Object.entries(REPLACEMENTS)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
}
