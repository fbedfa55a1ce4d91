/**
 * What a tfjs tensor stands for under tracing: a graph output that may be smaller than the tensor
 * and broadcasts to it. tfjs writes full-size ones and tiles where TensorFlow broadcasts for free
 * (the gradient of Sum, broadcastTo); keeping them small until someone needs every element saves
 * both memory and time.
 */
import type { GraphNode, Output, Shape } from "../graph/graph.ts";

export interface TracedValue {
  /** Its shape broadcasts to `shape`. */
  readonly output: Output;
  /** The shape that tfjs sees. */
  readonly shape: Shape;
  /** The value of every element, where it is known. */
  readonly splat?: number | undefined;
  /** The tensor x, where this value is x > 0 as 1 or 0: a factor that ReluGrad absorbs. */
  readonly stepOf?: Output | undefined;
}

export function traced(output: Output): TracedValue {
  return { output, shape: output.shape };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** @throws {RangeError} where the shapes do not broadcast. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(
        `broadcastShapes: expected shapes that broadcast, got [${a}] and [${b}]`,
      );
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** `shape` with ones in front, up to `rank`. */
export function padShape(shape: Shape, rank: number): number[] {
  return [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The values of a Const node. */
export function constantValues(node: GraphNode): number[] | undefined {
  const value = node.op === "Const" ? node.attributes["value"] : undefined;
  return value !== undefined && "tensor" in value
    ? Array.from(value.tensor.values, Number)
    : undefined;
}
