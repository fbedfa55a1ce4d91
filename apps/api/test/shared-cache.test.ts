import { describe, expect, it } from "vitest";
import { SharedCache } from "../src/shared-cache.ts";

describe("SharedCache", () => {
  it("drops the least recently used answers past its budget", async () => {
    const cache = new SharedCache(2);
    const computed: string[] = [];
    const get = (key: string) =>
      cache.get(key, async () => {
        computed.push(key);
        return Buffer.from("x");
      });
    for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);
    expect(computed).toEqual(["a", "b", "c", "b"]);
  });

  it("does not keep an answer larger than its budget", async () => {
    const cache = new SharedCache(1);
    let computed = 0;
    const get = () => cache.get("a", async () => Buffer.from(`xx${++computed}`));
    await get();
    expect(String(await get())).toBe("xx2");
  });

  it("forgets a failure, after telling everyone who waited for it", async () => {
    const cache = new SharedCache(10);
    const fail = () => cache.get("a", () => Promise.reject(new Error("once")));
    const outcomes = await Promise.allSettled([fail(), fail()]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(String(await cache.get("a", async () => Buffer.from("ok")))).toBe("ok");
  });
});
