/**
 * Gradients side by side in a few long vectors, the buckets: what is added up over batches and sent between
 * workers. One tensor a parameter would be many small messages; one for all would have to be held twice.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Shape } from "../graph/graph.ts";
import type { NamedTensors } from "./traced-function.ts";

export interface Bucket {
  /** Of its variable. */
  readonly name: string;
  /** Elements. */
  readonly size: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly size: number;
  }[];
}

/** Elements from which on a bucket takes no further parameter: 16 MiB. */
const FULL = 2 ** 22;

/** @param shapes by name, in the order of the parameters. */
export function bucketsOf(shapes: Readonly<Record<string, Shape>>): Bucket[] {
  const groups: Bucket["parameters"][] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const last = groups.at(-1);
    if (last === undefined || sizeOf(last) >= FULL) groups.push([{ name, shape, size }]);
    else groups[groups.length - 1] = [...last, { name, shape, size }];
  }
  return groups.map((parameters, index) => ({
    name: `accumulated/bucket_${index}`,
    size: sizeOf(parameters),
    parameters,
  }));
}

/** [size] */
export function fillBucket(bucket: Bucket, gradients: NamedTensors): tf.Tensor1D {
  const parts = bucket.parameters.map(({ name, size }) =>
    tf.reshape(gradients[name] as tf.Tensor, [size]),
  );
  return tf.concat1d(parts as tf.Tensor1D[]);
}

/** The gradients of a bucket's parameters, each in its shape. @param values [size] */
export function emptyBucket(bucket: Bucket, values: tf.Tensor): NamedTensors {
  const parts = tf.split(
    values,
    bucket.parameters.map(({ size }) => size),
  );
  return Object.fromEntries(
    bucket.parameters.map(({ name, shape }, index) => [
      name,
      tf.reshape(parts[index] as tf.Tensor, [...shape]),
    ]),
  );
}

const sizeOf = (parameters: Bucket["parameters"]) =>
  parameters.reduce((sum, { size }) => sum + size, 0);
