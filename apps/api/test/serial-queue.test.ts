import { describe, expect, it } from "vitest";
import { SerialQueue } from "../src/serial-queue.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("SerialQueue", () => {
  it("runs one job at a time, in order of arrival, whatever their length", async () => {
    const queue = new SerialQueue(10);
    const log: string[] = [];
    const job = (name: string, ms: number) => async () => {
      log.push(`${name} starts`);
      await later(ms);
      log.push(`${name} ends`);
    };
    await Promise.all([queue.run(job("a", 20)), queue.run(job("b", 1))]);
    expect(log).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("refuses the job past its limit, and takes jobs again when one is done", async () => {
    const queue = new SerialQueue(1);
    const first = queue.run(() => later(10));
    await expect(queue.run(async () => 1)).rejects.toMatchObject({
      kind: "busy",
      options: { limit: 1, retryAfterSeconds: expect.any(Number) },
    });
    await first;
    expect(await queue.run(async () => 2)).toBe(2);
  });

  it("goes on after a job that failed, and never runs a job that was given up", async () => {
    const queue = new SerialQueue(10);
    const failed = queue.run(async () => {
      throw new Error("job");
    });
    const client = new AbortController();
    let ran = false;
    const abandoned = queue.run(async () => {
      ran = true;
    }, client.signal);
    client.abort();
    await expect(failed).rejects.toThrow("job");
    await expect(abandoned).rejects.toThrow();
    expect(await queue.run(async () => ran)).toBe(false);
  });
});
