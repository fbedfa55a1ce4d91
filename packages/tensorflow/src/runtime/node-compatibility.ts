/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 and later no
 * longer have. Both are put back where absent, once, before tfjs-node is loaded.
 */
import util from "node:util";

const REMOVED = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};

export function restoreRemovedUtilities(target: object = util): void {
  for (const [name, implementation] of Object.entries(REMOVED)) {
    if (!(name in target)) {
      Object.defineProperty(target, name, { value: implementation, configurable: true });
    }
  }
}
