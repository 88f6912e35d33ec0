// The networks of the paper's tables, as ONNX files with seeded weights: shapes are real, accuracy there is none.

import type { CompileOptions, Samples } from "../../host/options.ts";
import { buildOnnx } from "../../tests/support/onnx-builder.ts";
import { ALEXNET, type AlexNetShape, alexnet } from "./alexnet.ts";
import type { Draft } from "./draft.ts";
import { noiseImages } from "./images.ts";
import { RESNET_18, RESNET_50, type ResNetShape, resnet } from "./resnet.ts";
import { foldNorms, measureNorms } from "./statistics.ts";

const WEIGHTS_SEED = 1;
const IMAGES_SEED = 2;

/** Images that the statistics of batch norm are measured on: hundreds of pixels a channel, even in the last stage. */
const STATISTICS_IMAGES = 8;

export function samples(count: number, size: number, seed: number): Samples {
  return { data: noiseImages(count, size, seed), count };
}

async function finished(draft: Draft, size: number): Promise<Draft> {
  await measureNorms(draft, size, samples(STATISTICS_IMAGES, size, IMAGES_SEED));
  return draft;
}

const encoded = (draft: Draft, size: number) => buildOnnx({ input: [1, 3, size, size], ...draft });

/** ONNX of a ResNet over size × size × 3, BatchNormalization nodes after every convolution. */
export async function resnetOnnx(shape: ResNetShape, size: number): Promise<Uint8Array> {
  return encoded(await finished(resnet(shape, WEIGHTS_SEED), size), size);
}

/** ONNX of an AlexNet, its convolutions scaled so that what they give has the variance that batch norm would give it. */
export async function alexnetOnnx(shape: AlexNetShape): Promise<Uint8Array> {
  const draft = await finished(alexnet(shape, WEIGHTS_SEED), shape.size);
  foldNorms(draft);
  return encoded(draft, shape.size);
}

export interface Network {
  title: string;
  size: number;
  /** Weights and biases of torchvision's model, batch norm folded. */
  parameters: number;
  build: () => Promise<Uint8Array>;
  /** Where the compiler's defaults are not what is measured. */
  options?: Partial<CompileOptions>;
}

/**
 * K = min(T, S), as many terms as the matrix has singular values, where K = T would be more: the convolutions that
 * widen, four-fold at the end of a bottleneck and two- or four-fold in a projection.
 */
function narrowRanks({ block, blocks }: ResNetShape): Record<string, { rank: number }> {
  const projection = (stage: number) => (block === "bottleneck" && stage === 0 ? 0.25 : 0.5);
  return Object.fromEntries(
    blocks.flatMap((count, stage) => [
      ...(block === "bottleneck" || stage > 0
        ? [[`layer${stage + 1}.0.downsample`, { rank: projection(stage) }] as const]
        : []),
      ...(block === "bottleneck"
        ? Array.from({ length: count }, (_, i) => [`layer${stage + 1}.${i}.conv3`, { rank: 0.25 }] as const)
        : []),
    ]),
  );
}

export const NETWORKS: Record<string, Network> = {
  alexnet: {
    title: "AlexNet",
    size: 224,
    parameters: 61_100_840,
    build: () => alexnetOnnx(ALEXNET),
    // K = T = S = 4096 is beyond the solver's effort; two planes take as many bits.
    options: { overrides: { fc7: { scheme: "planes:2" } } },
  },
  resnet18: {
    title: "ResNet-18",
    size: 224,
    parameters: 11_684_712,
    build: () => resnetOnnx(RESNET_18, 224),
    options: { overrides: narrowRanks(RESNET_18) },
  },
  resnet50: {
    title: "ResNet-50",
    size: 224,
    parameters: 25_530_472,
    build: () => resnetOnnx(RESNET_50, 224),
    options: { overrides: narrowRanks(RESNET_50) },
  },
};
