// What the quick start says about networks: their size, and how often they are right.
import { evaluate } from "../evaluate.ts";
import { execute } from "../execute.ts";
import { type Graph, size } from "../graph/graph.ts";
import { toInt8 } from "../samples.ts";
import { Session } from "../session.ts";
import { type Digits, realInput, samples } from "./digits.ts";

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

const BATCH = 250;

/** Share of digits that the float network answers rightly, 0 … 1. */
export async function floatAccuracy(graph: Graph, { pixels, labels, count }: Digits): Promise<number> {
  const classes = size(graph.tensors[graph.output].shape);
  const each = pixels.length / count;
  let right = 0;
  for (let from = 0; from < count; from += BATCH) {
    const n = Math.min(BATCH, count - from);
    const input = realInput(pixels.subarray(from * each, (from + n) * each));
    const scores = (await execute(graph, input, n, [graph.output])).get(graph.output)!;
    for (let i = 0; i < n; i++) {
      const own = scores.subarray(i * classes, (i + 1) * classes);
      if (own.indexOf(Math.max(...own)) === labels[from + i]) right++;
    }
  }
  return right / count;
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
