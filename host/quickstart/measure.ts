// What the quick start says about networks: their size, and how often they are right.
import { evaluate } from "../evaluate.ts";
import type { Graph } from "../graph/graph.ts";
import { toInt8 } from "../samples.ts";
import { Session } from "../session.ts";
import { type Digits, samples } from "./digits.ts";

export interface Size {
  parameters: number;
  /** Multiply-adds of one inference. */
  macs: number;
}

/** Weights and biases, and the multiply-adds: every weight is used once a pixel of output. */
export function networkSize(graph: Graph): Size {
  return graph.layers.reduce(
    (sum, layer) => {
      if (layer.kind !== "Conv2D" && layer.kind !== "DepthwiseConv2D" && layer.kind !== "FullyConnected") return sum;
      const [height, width] = graph.tensors[layer.output].shape;
      return {
        parameters: sum.parameters + layer.weights.length + layer.bias.length,
        macs: sum.macs + height * width * layer.weights.length,
      };
    },
    { parameters: 0, macs: 0 },
  );
}

/** Digits as the model's int8 input. */
export function int8Digits(session: Session, pixels: Uint8Array): Int8Array {
  const { shape, scale, zeroPoint } = session.input;
  const { preprocessing } = session.metadata;
  return toInt8(samples(pixels), { shape, quantisation: { scale, zeroPoint }, preprocessing });
}

/** Share of digits that the compiled model answers rightly in WebAssembly, 0 … 1. */
export async function modelAccuracy(model: Uint8Array, { pixels, labels }: Digits): Promise<number> {
  const session = await Session.open(model);
  return evaluate(session, int8Digits(session, pixels), labels).top1;
}
