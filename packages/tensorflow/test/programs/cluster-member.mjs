/**
 * One member of a cluster, as a process, on a model of two variables: squared error of x · w + b against y.
 * Its one argument is JSON: {root, config, task, optimizer, start, batches, rounds}: the batches are gone
 * through `rounds` times. It says what it heard and what it holds as one line of JSON; an error ends it with
 * its message and code 1.
 */
import "@tensorflow/tfjs";
import { ClusterConfig } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import {
  broadcastVariables,
  compileAccumulatedStep,
  joinCluster,
  membershipOf,
  openProgram,
} from "@performer/tensorflow/compiled";
import * as tf from "@tensorflow/tfjs-core";

process.env["TF_CPP_MIN_LOG_LEVEL"] = "3";
const { root, config, task, start, batches, optimizer, rounds = 1 } = JSON.parse(process.argv[2]);

const host = (values, shape) => ({ type: "float32", shape, values: Float32Array.from(values) });
const bits = ({ values }) => Buffer.from(values.buffer).toString("hex");

async function main() {
  await tf.setBackend("cpu");
  const libraries = tensorflowLibraries(root);
  const membership = membershipOf(ClusterConfig.parse(config), task);
  const cluster = await joinCluster({ libraries, membership, threads: 1 });
  const heard = await cluster.exchange(`from ${cluster.self.name}: ß`, "join");
  const program = openProgram({ libraries, cluster });
  await program.variables.assign({ w: host(start.w, [3, 2]), b: host(start.b, [2]) });
  await broadcastVariables(program, cluster);
  const step = compileAccumulatedStep(program, {
    parameters: ["w", "b"],
    optimizer,
    cluster,
    numSums: 1,
    numReported: 2,
    loss: ({ x, y, mask }, { variables: { w, b } }) => {
      const errors = tf.sum(tf.squaredDifference(tf.add(tf.matMul(x, w), b), y), 1);
      const lossSum = tf.sum(tf.mul(errors, mask));
      return { lossSum, weight: tf.sum(mask), sums: tf.reshape(lossSum, [1]) };
    },
  });
  const updates = [];
  for (let index = 0; index < rounds * batches.length; index++) {
    for (const { x, y, mask } of batches[index % batches.length]) {
      const rows = mask.length;
      const inputs = { x: host(x, [rows, 3]), y: host(y, [rows, 2]), mask: host(mask, [rows]) };
      await step.add(inputs, [0, 0]);
    }
    const context = { step: index + 1, learningRate: 0.05 };
    const told = Float32Array.of(cluster.rank + 10, index);
    const { sums, gradientNorm, reports } = await step.update(context, told);
    updates.push({ sums: [...sums], gradientNorm, reports: [...reports] });
    console.log(`updated ${index + 1}`);
  }
  const { w, b } = await program.variables.read(["w", "b"]);
  const values = { w: [...w.values], b: [...b.values] };
  console.log(JSON.stringify({ heard, updates, values, bits: bits(w) + bits(b) }));
  await program.close();
  await cluster.leave();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exit(1);
  },
);
