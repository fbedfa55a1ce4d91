/**
 * Loads the built runtime and multiplies: `node multiply-on-runtime.mjs ROOT BACKEND`. The top-k
 * is there because tfjs-node's reads functions that newer Nodes no longer have.
 */
import * as tf from "@tensorflow/tfjs-core";
import { loadRuntime } from "../../dist/index.js";

const [root, prefer] = process.argv.slice(2);
const { backend } = await loadRuntime({ root, prefer });
const product = tf.matMul(
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  tf.tensor2d([
    [5, 6],
    [7, 8],
  ]),
);
const top = tf.topk(product.flatten(), 1).values;
console.log(
  JSON.stringify({
    node: process.versions.node,
    backend,
    product: [...product.dataSync()],
    top: [...top.dataSync()],
  }),
);
