import type { Python } from "../python.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

/** LiteRT with XNNPACK on one thread, and TFLite Micro's portable kernels, for orientation. The call alone is timed. */
export async function native({ files, input }: SourceNetwork, python: Python): Promise<NetworkCandidate[]> {
  const real = python.file(input.real);
  const int8 = python.file(input.int8);
  const made = [
    { name: "LiteRT, float", engine: "litert", numbers: "float", model: files.float, input: real },
    { name: "LiteRT, int8", engine: "litert", numbers: "int8", model: files.int8, input: int8 },
    { name: "TFLite Micro, int8", engine: "tflite-micro", numbers: "int8", model: files.int8, input: int8 },
  ] as const;
  const candidates: NetworkCandidate[] = [];
  for (const { name, numbers, ...load } of made) {
    const { output, ...candidate } = await python.load(name, load);
    candidates.push({ ...candidate, where: "native", numbers, output: Float32Array.from(output) });
  }
  return candidates;
}
