// How far a network's answers are from the original's: in float, or as the runtime computes them from the model file.

import { execute } from "../execute.ts";
import { type Graph, size } from "../graph/graph.ts";
import type { Samples } from "../options.ts";
import type { Program } from "../program.ts";
import { quantise } from "../samples/array.ts";
import { Session } from "../session.ts";
import { divergence, missed } from "../train/judge.ts";
import { objectiveOf } from "../train/objective.ts";
import { highestOf } from "./agreement.ts";

export interface Closeness {
  /** Share of samples, 0…1, with the original's highest output; of equal outputs the first. Absent: not classes. */
  agreement?: number;
  /** Divergence of the probabilities, or share of the output's variance missed: Judge.measure says which. */
  loss: number;
}

export interface Judge {
  count: number;
  measure: "KL divergence" | "variance missed";
  float(graph: Graph): Promise<Closeness>;
  integers(file: Uint8Array, program: Program): Promise<Closeness>;
}

/** What a network gives on the samples: the outputs, and the logits before a last Softmax (else the outputs again). */
interface Answers {
  outputs: Float32Array | Int8Array;
  logits: Float32Array;
}

/** A judge of networks made from `graph`. */
export async function judgeAgainst(graph: Graph, samples: Samples): Promise<Judge> {
  const { data, count } = samples;
  const { output: logits, classifies } = objectiveOf(graph, { blockWeight: 0, labelWeight: 0 });
  const classes = size(graph.tensors[graph.output].shape);
  // As many outputs as inputs are no classes but an image again.
  const ranks = classes > 1 && classes < size(graph.tensors[graph.input].shape);
  const run = async (network: Graph): Promise<Answers> => {
    const found = await execute(network, data, count, [logits, graph.output]);
    return { outputs: found.get(graph.output)!, logits: found.get(logits)! };
  };
  const original = await run(graph);
  const compare = (own: Answers): Closeness => {
    const [wanted, found] = [original.outputs, own.outputs].map((outputs) => highestOf(outputs, count));
    return {
      agreement: ranks ? wanted.filter((answer, i) => found[i] === answer).length / count : undefined,
      loss: classifies ? divergence(original.logits, own.logits, classes) : missed(original.logits, own.logits),
    };
  };
  return {
    count,
    measure: classifies ? "KL divergence" : "variance missed",
    float: async (network) => compare(await run(network)),
    integers: async (file, program) => compare(await runIntegers(file, program, samples, classifies)),
  };
}

async function runIntegers(
  file: Uint8Array,
  { layers, tensors }: Program,
  { data, count }: Samples,
  classifies: boolean,
): Promise<Answers> {
  const session = await Session.open(file);
  const last = layers.length - 1;
  // A Reshape in between has no layer of its own: the logits are what was last written where the Softmax reads.
  const from = tensors[layers[last].input].arenaOffset;
  const at = classifies
    ? layers.findLastIndex((layer, i) => i < last && tensors[layer.output].arenaOffset === from)
    : last;
  const { scale, zeroPoint } = tensors[layers[at].output];
  const width = size(tensors[layers[last].output].shape);
  const [each, outputs, logits] = [data.length / count, new Int8Array(count * width), new Float32Array(count * width)];
  for (let n = 0; n < count; n++) {
    session.setInput(Int8Array.from(data.subarray(n * each, (n + 1) * each), (x) => quantise(x, session.input)));
    for (let i = 0; i <= last; i++) {
      session.step(i);
      if (i === at)
        logits.set(
          Float32Array.from(session.layerOutput(i), (q) => scale * (q - zeroPoint)),
          n * width,
        );
    }
    outputs.set(session.layerOutput(last), n * width);
  }
  return { outputs, logits };
}
