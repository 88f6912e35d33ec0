// What a smaller or a larger choice of each layer does to the network's output, in the network that is to be improved.

import { startThread, threadCount } from "../../adapters/node.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Choice } from "../decompose/choose.ts";
import { choiceBytes, type FreeLayer, rankStep } from "./candidates.ts";
import { errorCurve } from "./curve.ts";
import type { Choices } from "./file-bytes.ts";
import type { Probe, ProbeQuestion } from "./probe.ts";
import type { SolveJob } from "./trial.ts";

/** How the loss of the whole network depends on one layer's choice, about a context. */
export interface Sensitivity {
  layer: FreeLayer;
  /** Loss, less a constant, that the choice is predicted to cost; infinite where nothing is known of it. */
  loss(choice: Choice): number;
}

/** A solved network. */
export interface Context {
  graph: Graph;
  choices: Choices;
  loss: number;
}

/** K tried, as shares of the context's, or of the K that takes as many bytes. */
const PROBES = [0.6, 1.6];
/** N-bit weights are tried where they take so many times the context's bytes. */
const SPAN = { least: 0.4, most: 2.5 };
/** How far measured slopes are trusted against the belief that in the context all layers' bytes are worth the same. */
const TRUST = 0.5;

interface Measured {
  layer: FreeLayer;
  error(choice: Choice): number;
  /** Of the loss over the error. */
  slope: number;
  /** Of the error over bytes, in the context: negative. */
  gain: number;
  bytes: number;
}

/**
 * Sensitivities of the free layers about `context`. Each layer is solved alone under a few choices, the others staying
 * as they are, and the networks so made are judged. A layer's error e falls with its bytes along a curve (curve.ts);
 * the loss is taken as linear in e, the slope being that of the judged losses by least squares. Those slopes are few
 * points through much noise, so they are drawn half-way to the slopes with which no byte would be better elsewhere.
 */
export async function sensitivities(
  context: Context,
  free: readonly FreeLayer[],
  job: SolveJob,
): Promise<Sensitivity[]> {
  const tried = free.map((layer) => ({ index: layer.index, choices: choicesAbout(layer, context) }));
  const probes = await onThreads(job, context.graph, tried);
  const measured = free.map((layer, i): Measured => {
    const own = probes[i];
    const bytes = choiceBytes(layer, context.choices.get(layer.index)!);
    const ranks = own.filter(({ choice }) => choice.scheme === "semi-binary");
    const curve = errorCurve((ranks.length > 0 ? ranks : own).map((probe) => pointOf(layer, probe)));
    const error = (choice: Choice) => {
      if (choice.scheme === "semi-binary") return curve(choiceBytes(layer, choice));
      return own.find(({ choice: { scheme } }) => scheme === choice.scheme)?.error ?? Number.POSITIVE_INFINITY;
    };
    const gain = (curve(bytes * 1.05) - curve(bytes)) / (bytes * 0.05);
    return { layer, error, slope: slopeOf(own), gain, bytes };
  });
  // Σ over layers of what all their bytes are worth at the margin, over Σ of the bytes.
  const whole = measured.reduce((sum, { bytes }) => sum + bytes, 0);
  const worth = measured.reduce((sum, { slope, gain, bytes }) => sum - slope * gain * bytes, 0) / whole;
  return measured.map(({ layer, error, slope, gain }) => {
    const even = gain < 0 ? -worth / gain : slope;
    const believed = TRUST * slope + (1 - TRUST) * even;
    return { layer, loss: (choice) => believed * error(choice) };
  });
}

/** Most threads: each has its own copy of the network and of TensorFlow.js. */
const MOST_THREADS = 2;

/** Every thread has every n-th layer; no layer's probes depend on another's. */
async function onThreads(job: SolveJob, context: Graph, layers: ProbeQuestion["layers"]): Promise<Probe[][]> {
  const count = Math.min(MOST_THREADS, threadCount(), layers.length);
  const probes: Probe[][] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, first) => {
      const thread = startThread("probes", job);
      try {
        const own = await thread.ask({ context, layers: layers.filter((_, i) => i % count === first) });
        for (const [i, probe] of own.entries()) probes[first + i * count] = probe;
      } finally {
        await thread.stop();
      }
    }),
  );
  return probes;
}

function pointOf(layer: FreeLayer, { choice, error }: Probe): { bytes: number; error: number } {
  return { bytes: choiceBytes(layer, choice), error };
}

/** What a layer is tried with: two K about the context's bytes, int8, and N bits as far as they are in its range. */
function choicesAbout(layer: FreeLayer, { choices }: Context): Choice[] {
  const current = choices.get(layer.index)!;
  const bytes = choiceBytes(layer, current);
  const step = rankStep(layer);
  const far = (choice: Choice) => Math.abs(choiceBytes(layer, choice) - bytes);
  const ranks = layer.choices.flatMap((choice) =>
    choice.rank === undefined ? [] : [{ scheme: choice.scheme, rank: choice.rank }],
  );
  const nearest = current.rank ?? ranks.toSorted((a, b) => far(a) - far(b)).at(0)?.rank ?? 0;
  const tried = PROBES.map((share) => Math.max(step, step * Math.round((share * nearest) / step)));
  return [
    ...tried.filter(() => nearest > 0).map((rank): Choice => ({ scheme: "semi-binary", rank })),
    ...layer.choices.filter((choice) => {
      const share = choiceBytes(layer, choice) / bytes;
      if (choice.scheme === "semi-binary") return false;
      return choice.scheme === "int8" || (share >= SPAN.least && share <= SPAN.most);
    }),
  ];
}

/** Least squares of the losses over the errors; at least 0, for what seems to gain by an error is noise. */
function slopeOf(points: readonly { error: number; loss: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
  const [error, loss] = [mean(points.map((p) => p.error)), mean(points.map((p) => p.loss))];
  let [shared, own] = [0, 0];
  for (const point of points) {
    shared += (point.error - error) * (point.loss - loss);
    own += (point.error - error) ** 2;
  }
  return own > 0 ? Math.max(0, shared / own) : 0;
}
