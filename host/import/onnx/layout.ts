// How ONNX's view of a value (dims, order of its numbers) maps to the NHWC tensor that the graph keeps.

import { type Axis, CHW, type Order } from "./values.ts";

export type Shape = readonly [height: number, width: number, channels: number];

/**
 * The walk ONNX's order makes through NHWC memory: (size, stride) pairs, outermost first, without axes of size 1 and
 * with neighbouring axes joined where they are one run. Two views of the same memory agree exactly when their walks do.
 */
export function walk(shape: Shape, order: Order): { size: number; stride: number }[] {
  const strides = [shape[1] * shape[2], shape[2], 1];
  const pairs: { size: number; stride: number }[] = [];
  for (const axis of order) {
    const pair = { size: shape[axis], stride: strides[axis] };
    const outer = pairs.at(-1);
    if (pair.size === 1) continue;
    if (outer !== undefined && outer.stride === pair.size * pair.stride)
      pairs[pairs.length - 1] = { size: outer.size * pair.size, stride: pair.stride };
    else pairs.push(pair);
  }
  return pairs;
}

/** Whether ONNX reads NHWC memory of shape `a` in order `orderA` as it reads `b` in `orderB`. */
export function sameWalk(a: Shape, orderA: Order, b: Shape, orderB: Order): boolean {
  return JSON.stringify(walk(a, orderA)) === JSON.stringify(walk(b, orderB));
}

/**
 * Which axis of the tensor every ONNX dimension is. undefined for dimensions that split or join axes, and for those
 * of size 1 that could be any. Images of rank 4 name all their axes; so do vectors [1, n].
 */
export function axesOf(dims: readonly number[], shape: Shape, order: Order): (Axis | undefined)[] {
  if (dims.length === 4 && order.every((axis, i) => dims[i + 1] === shape[axis])) return [undefined, ...order];
  if (dims.length >= 1 && shape[0] === 1 && shape[1] === 1 && dims.at(-1) === shape[2])
    return dims.map((_, i) => (i === dims.length - 1 ? 2 : undefined));
  const axes = order.filter((axis) => shape[axis] !== 1);
  const large = dims.flatMap((n, i) => (n === 1 ? [] : [i]));
  if (large.length !== axes.length || large.some((i, k) => dims[i] !== shape[axes[k]]))
    return dims.map(() => undefined);
  return dims.map((_, i) => axes[large.indexOf(i)]);
}

/** The order after ONNX's Transpose, or undefined where it would split an axis. */
export function transposed(
  dims: readonly number[],
  shape: Shape,
  order: Order,
  permutation: readonly number[],
): Order | undefined {
  const axes = axesOf(dims, shape, order);
  if (permutation.some((i) => axes[i] === undefined && dims[i] !== 1)) return undefined;
  const moved = permutation.flatMap((i) => axes[i] ?? []);
  const rest = order.filter((axis) => !moved.includes(axis));
  return [...rest, ...moved] as unknown as Order;
}

/** Shape and order the graph gives the network's input: images are H×W×C, whichever way ONNX holds them. */
export function inputLayout(
  dims: readonly number[],
  channelsLast: boolean,
): { shape: Shape; order: Order } | undefined {
  const batched = dims.length === 1 ? [1, ...dims] : dims;
  if (batched.length === 4) {
    const [, a, b, c] = batched;
    return channelsLast ? { shape: [a, b, c], order: [0, 1, 2] } : { shape: [b, c, a], order: CHW };
  }
  if (batched.length === 3) return { shape: [batched[1], batched[2], 1], order: CHW };
  if (batched.length === 2) return { shape: [1, 1, batched[1]], order: CHW };
  return undefined;
}
