// AlexNet in one tower (Krizhevsky 2014, "One weird trick"; torchvision's): 61.1 million weights at 224×224, of which
// 58.6 million in its three fully connected layers. Without dropout, which inference leaves out.

import { add, convNorm, type Draft, dense, maxPool, newDraft, relu, type Value } from "./draft.ts";

export interface AlexNetShape {
  /** Height and width of the image. */
  size: number;
  /** Output channels of the five convolutions. */
  channels: [number, number, number, number, number];
  hidden: number;
  classes: number;
}

export const ALEXNET: AlexNetShape = { size: 224, channels: [64, 192, 384, 256, 256], hidden: 4096, classes: 1000 };

const POOL = { kernel: 3, stride: 2 };

/** Pixels along an axis after a window of `kernel` every `stride` pixels. */
const after = (n: number, kernel: number, stride: number, padding: number) =>
  Math.floor((n + 2 * padding - kernel) / stride) + 1;

/** The convolutions are followed by BatchNormalization; folded.ts takes it into their weights and biases. */
export function alexnet({ size, channels, hidden, classes }: AlexNetShape, seed: number): Draft {
  const draft = newDraft(seed);
  const conv = (name: string, x: Value, i: number, kernel: number, padding: number, stride = 1) =>
    relu(draft, convNorm(draft, name, x, channels[i], { kernel, stride, padding }));
  let x = conv("conv1", { name: "x", channels: 3 }, 0, 11, 2, 4);
  x = maxPool(draft, "pool1", x, POOL);
  x = conv("conv2", x, 1, 5, 2);
  x = maxPool(draft, "pool2", x, POOL);
  x = conv("conv3", x, 2, 3, 1);
  x = conv("conv4", x, 3, 3, 1);
  x = conv("conv5", x, 4, 3, 1);
  x = maxPool(draft, "pool5", x, POOL);
  const side = [0, 1, 2].reduce((n) => after(n, 3, 2, 0), after(size, 11, 4, 2));
  x = add(draft, "Flatten", "flatten", [x], x.channels * side ** 2, { axis: 1 });
  x = relu(draft, dense(draft, "fc6", x, hidden, 2));
  x = relu(draft, dense(draft, "fc7", x, hidden, 2));
  dense(draft, "fc8", x, classes, 1);
  return draft;
}
