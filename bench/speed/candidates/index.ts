// Everything that runs a network: halfbit, and the peers each in its best configuration for one thread.

import type { Level } from "../../../host/engine.ts";
import type { ModelName } from "../models.ts";
import type { Peers } from "../peers.ts";
import type { Python } from "../python.ts";
import type { Candidate } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import { halfbit } from "./halfbit.ts";
import { liteRtJs } from "./litert-js.ts";
import { onnxRuntime } from "./onnxruntime.ts";
import { native } from "./python.ts";
import { tfjs } from "./tfjs.ts";

export interface NetworkCandidate extends Candidate {
  /** Where it runs: WebAssembly in this process, or machine code. */
  where: "halfbit" | "web" | "native";
  /** What it computes with. "signs": another network than the source, whose outputs are its own. */
  numbers: "float" | "int8" | "signs";
  /** Real values for the network's sample. */
  output: Float32Array;
  /** halfbit's. */
  model?: ModelName;
  level?: Level;
}

export interface Surroundings {
  peers: Peers;
  python: Python;
}

/** All that run a source network; `models` are the halfbit models of it. */
export async function candidatesOf(
  network: SourceNetwork,
  models: readonly ModelName[],
  { peers, python }: Surroundings,
): Promise<NetworkCandidate[]> {
  return [
    ...(await halfbit(network, models)),
    ...(await onnxRuntime("web", network, peers)),
    await tfjs(network),
    ...(await liteRtJs(network, peers, python)),
    ...(await onnxRuntime("native", network, peers)),
    ...(await native(network, python)),
  ];
}
