// ResNet-18 and ResNet-50 (He et al. 2016, table 1), the latter with the stride in the 3×3 convolution of a bottleneck,
// as torchvision and "v1.5" have it.

import { add, convNorm, type Draft, dense, maxPool, newDraft, relu, type Value } from "./draft.ts";

/** γ of the last norm of a block: below 1, as trained networks have it, so that the sum does not grow with depth. */
const LAST_GAMMA = 0.6;

/** Two 3×3 convolutions. */
function basic(draft: Draft, name: string, x: Value, width: number, stride: number): Value {
  const inner = relu(draft, convNorm(draft, `${name}.conv1`, x, width, { kernel: 3, stride, padding: 1 }));
  const y = convNorm(draft, `${name}.conv2`, inner, width, { kernel: 3, padding: 1 }, LAST_GAMMA);
  return withShortcut(draft, name, x, y, stride);
}

/** 1×1 to `width` channels, 3×3, 1×1 to four times as many. */
function bottleneck(draft: Draft, name: string, x: Value, width: number, stride: number): Value {
  const narrow = relu(draft, convNorm(draft, `${name}.conv1`, x, width, { kernel: 1 }));
  const inner = relu(draft, convNorm(draft, `${name}.conv2`, narrow, width, { kernel: 3, stride, padding: 1 }));
  const y = convNorm(draft, `${name}.conv3`, inner, 4 * width, { kernel: 1 }, LAST_GAMMA);
  return withShortcut(draft, name, x, y, stride);
}

/** relu(y + x), x through a 1×1 projection where the shapes differ. */
function withShortcut(draft: Draft, name: string, x: Value, y: Value, stride: number): Value {
  const same = stride === 1 && x.channels === y.channels;
  const shortcut = same ? x : convNorm(draft, `${name}.downsample`, x, y.channels, { kernel: 1, stride });
  return relu(draft, add(draft, "Add", `${name}.add`, [y, shortcut], y.channels));
}

export interface ResNetShape {
  block: "basic" | "bottleneck";
  /** Blocks of each of the four stages. */
  blocks: [number, number, number, number];
  /** Channels of the stem; each stage is twice as wide as the one before. */
  width: number;
  classes: number;
}

export const RESNET_18: ResNetShape = { block: "basic", blocks: [2, 2, 2, 2], width: 64, classes: 1000 };
export const RESNET_50: ResNetShape = { block: "bottleneck", blocks: [3, 4, 6, 3], width: 64, classes: 1000 };

export function resnet({ block, blocks, width, classes }: ResNetShape, seed: number): Draft {
  const draft = newDraft(seed);
  const image: Value = { name: "x", channels: 3 };
  let x = relu(draft, convNorm(draft, "conv1", image, width, { kernel: 7, stride: 2, padding: 3 }));
  x = maxPool(draft, "maxpool", x, { kernel: 3, stride: 2, padding: 1 });
  const write = block === "basic" ? basic : bottleneck;
  for (const [stage, count] of blocks.entries()) {
    for (let i = 0; i < count; i++)
      x = write(draft, `layer${stage + 1}.${i}`, x, width * 2 ** stage, stage > 0 && i === 0 ? 2 : 1);
  }
  x = add(draft, "GlobalAveragePool", "avgpool", [x], x.channels);
  x = add(draft, "Flatten", "flatten", [x], x.channels, { axis: 1 });
  dense(draft, "fc", x, classes, 1);
  return draft;
}
