import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { RequestGate } from "../src/request-gate.ts";

const busy = { kind: "busy", options: { retryAfterSeconds: expect.any(Number) } };

describe("RequestGate", () => {
  it("refuses past its number of requests, and takes them again when one is done", async () => {
    const gate = new RequestGate({ requests: 2, residues: 1000 });
    const inside = [gate.run(1, () => setTimeout(20)), gate.run(1, () => setTimeout(20))];
    await expect(gate.run(1, async () => 1)).rejects.toMatchObject(busy);
    await Promise.all(inside);
    expect(await gate.run(1, async () => 2)).toBe(2);
  });

  it("refuses past its residues, and lets one that is larger by itself in alone", async () => {
    const gate = new RequestGate({ requests: 10, residues: 100 });
    const large = gate.run(5000, () => setTimeout(20));
    await expect(gate.run(1, async () => 1)).rejects.toMatchObject(busy);
    await large;
    const small = gate.run(60, () => setTimeout(20));
    await expect(gate.run(41, async () => 1)).rejects.toMatchObject(busy);
    expect(await gate.run(40, async () => 3)).toBe(3);
    await small;
  });

  it("gives the place back of a job that failed", async () => {
    const gate = new RequestGate({ requests: 1, residues: 10 });
    const failing = gate.run(10, async () => {
      throw new Error("job");
    });
    await expect(failing).rejects.toThrow("job");
    expect([gate.size, gate.residues]).toEqual([0, 0]);
  });
});
