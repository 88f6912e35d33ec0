import { readFileSync } from "node:fs";
import { type LiteRtWeb, liteRtWeb, type Peers, silently } from "../peers.ts";
import type { Python } from "../python.ts";
import { timedAsync } from "../rounds.ts";
import type { SourceNetwork } from "../sources.ts";
import type { NetworkCandidate } from "./index.ts";

let started: Promise<LiteRtWeb> | undefined;

/**
 * LiteRT.js (XNNPACK in WebAssembly), one thread. Its tensors are float or int32: the int8 network gets a QUANTIZE before
 * and a DEQUANTIZE behind, within the model.
 */
export async function liteRtJs(
  { files, input }: SourceNetwork,
  peers: Peers,
  python: Python,
): Promise<NetworkCandidate[]> {
  started ??= liteRtWeb(peers);
  const litert = await started;
  const withFloatEdges = python.file(new Uint8Array());
  await python.ask({ floatEdges: files.int8, to: withFloatEdges });
  const made: NetworkCandidate[] = [];
  for (const numbers of ["float", "int8"] as const) {
    const bytes = new Uint8Array(readFileSync(numbers === "float" ? files.float : withFloatEdges));
    const model = await silently(() => litert.loadAndCompile(bytes, { accelerator: "wasm" }));
    const shape = Array.from(model.getInputDetails()[0].shape);
    const run = async () => {
      const x = new litert.Tensor(input.real, shape);
      const [y] = await model.run([x]);
      const values = await y.data();
      x.delete();
      y.delete();
      return values;
    };
    const output = Float32Array.from(await run());
    made.push({ name: `LiteRT.js, ${numbers}`, where: "web", numbers, output, seconds: timedAsync(run) });
  }
  return made;
}
