/** The part of the library that is used; it ships no types. */
declare module "fs-native-extensions" {
  /** False where another open file holds a lock that excludes this one. */
  export function tryLock(descriptor: number, options?: { shared?: boolean }): boolean;
  export function unlock(descriptor: number): void;
}
