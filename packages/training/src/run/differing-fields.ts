/** Which parts of two configs differ. */
import { isDeepStrictEqual } from "node:util";

/** Dotted names of the leaves in which two JSON values differ. */
export function differingFields(a: unknown, b: unknown, path = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differingFields(Reflect.get(a, key), Reflect.get(b, key), path === "" ? key : `${path}.${key}`),
  );
}
