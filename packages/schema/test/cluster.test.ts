import { ClusterConfig, parseWith } from "@performer/schema";
import { describe, expect, test } from "vitest";

const parse = (input: unknown) => parseWith(ClusterConfig, input, "cluster.json");
const workers = (...worker: unknown[]) => ({ cluster: { worker } });

describe("ClusterConfig", () => {
  test("reads what TF_CONFIG holds, with waiting times by default", () => {
    const config = {
      cluster: { chief: ["a.example:2222"], worker: ["10.0.0.2:2222", "[fd00::3]:2222"] },
      task: { type: "worker", index: 1 },
      environment: "cloud",
      rpc_layer: "grpc",
    };
    expect(parse(config)).toEqual({
      ...config,
      timeouts: { joinSeconds: 300, stepSeconds: 60, pauseSeconds: 1800 },
    });
  });

  test.each([
    ["a port is missing", workers("a.example"), /cluster\.worker\.0: expected "host:port"/],
    ["a port is none", workers("a:99999"), /expected "host:port"/],
    ["a port of zero: the others could not know it", workers("a:0"), /expected "host:port"/],
    ["nobody is there", { cluster: {} }, /cluster: expected at least one worker/],
    ["an address is there twice", workers("a:1", "b:1", "a:1"), /got a:1 twice/],
    ["parameter servers", { cluster: { ps: ["a:1"], worker: ["b:1"] } }, /cluster: .*"ps"/],
    ["a misspelt field", { ...workers("a:1"), timeout: 3 }, /"timeout"/],
    ["two chiefs", { cluster: { chief: ["a:1", "b:1"] } }, /cluster\.chief/],
    ["no time at all", { ...workers("a:1"), timeouts: { stepSeconds: 0 } }, /stepSeconds/],
    [
      "a task past the end",
      { ...workers("a:1", "b:1"), task: { type: "worker", index: 2 } },
      /task: expected a task of the cluster \(worker:0, worker:1\), got worker:2/,
    ],
    [
      "a task that only watches",
      { ...workers("a:1"), task: { type: "evaluator", index: 0 } },
      /task\.type/,
    ],
  ])("refuses by name: %s", (_what, input, message) => {
    expect(() => parse(input)).toThrow(message);
  });
});
