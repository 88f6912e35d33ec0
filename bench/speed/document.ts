// docs/benchmarks.md from a full run's results.

import type { Instructions } from "./instructions.ts";
import type { InterpreterResults } from "./interpreter.ts";
import type { KernelRow } from "./kernels.ts";
import type { Machine } from "./machine.ts";
import type { Source } from "./models.ts";
import type { NetworkResults } from "./networks.ts";
import {
  instructionsSection,
  interpreterSection,
  kernelsSection,
  layersSection,
  networkSection,
  ratiosSection,
  sizesSection,
  startupSection,
  sweepSection,
} from "./page.ts";
import { fastestWeb, type Ratios } from "./ratios.ts";
import type { Sizes } from "./sizes.ts";
import type { StartRow } from "./startup.ts";
import type { Series } from "./sweep.ts";

export interface Results {
  machine: Machine;
  networks: Record<Source, NetworkResults>;
  kernels: KernelRow[];
  interpreter: InterpreterResults;
  startup: StartRow[];
  sizes: Sizes;
  instructions: Instructions;
  /** Full runs only. */
  sweep?: Series[];
  ratios: Ratios;
}

const sweepText = (series: readonly Series[]) => `
## Time and operations

One semi-binary 3×3 layer. *Off the line* is the deviation from the straight line through the series, time = fixed + additions · slope, fitted to the relative errors. The steps are those of the scratch: a layer has 12 KB beyond its activations, an eighth of them, or half as much again as it needs at the least. With 64 channels that is a strip of 8 pixels, with 128 one of 16; of 16 channels one of 4×8 pixels at 16×16, a row at 32×32, one of 2×19 at 56×56 and of 15×56 at 224×224. And tables are shared by all rows of signs, so more channels take less time an addition.

${sweepSection(series)}
`;

export function document(results: Results): string {
  const { machine, networks, kernels, interpreter, startup, sizes, sweep, instructions, ratios } = results;
  const all = Object.values(networks);
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `# Speed

Renewed by \`npm run bench\`, on ${machine.cpu}, ${machine.threads} threads, with a load of ${machine.load.map((n) => n.toFixed(1)).join(" to ")} meanwhile. ${versions.join(", ")}. \`npm run bench -- --quick --json FILE\` takes less than four minutes and leaves the sweep out.

Every figure is from one run of one program. Candidates take turns: in each round each runs for a few milliseconds on one thread, after a warm-up in which V8 has compiled it well, and a figure is the median of the rounds, with the spread within which 80 % of them are. A ratio is the median of the rounds' own quotients, so it may differ a little from the quotient of two medians; above 1, halfbit is faster. Outputs are compared first: the levels of halfbit give the same bits, float engines agree within 0.1 % and int8 ones within 5 % of the output's range, and a bare kernel's sums are those of the layer's definition.

${ratiosSection(ratios, fastestWeb(networks.ic_resnet8).name)}

## Networks

A call from JavaScript with an input and an output, copies of both included; of LiteRT and TFLite Micro, the native call alone, timed in their own process while everything else waits. The peers run the MLPerf Tiny source networks, halfbit also what it makes of them: ResNet-8 of signs is another network than theirs, of lower accuracy without training ([accuracy.md](accuracy.md)) and a fifth of the size.

Each peer has its best configuration for one thread. onnxruntime reads the networks as ONNX, float or quantised by pairs of QuantizeLinear and DequantizeLinear. TensorFlow.js runs fused convolutions. LiteRT.js is written for pages and workers; here its module runs under Node, and since its tensors are not int8, the int8 networks have a QUANTIZE before and a DEQUANTIZE behind. It chooses its build for relaxed SIMD where the engine has that, which Node 20 does not. The native engines use whatever instructions the processor has, such as 8-bit dot products, which WebAssembly cannot reach; TFLite Micro has its portable kernels, for orientation.

${all.map(networkSection).join("\n\n")}

## Layers

Each layer of a network, medians of whole inferences that are run layer by layer.

${all.map(layersSection).join("\n\n")}

## Kernels

Layers of one plane of signs, whole: from int8 pixels to int8 pixels, edges, tables and requantisation included, with the scratch that an arena of 44 KB, in which ResNet-8 runs, has for them. Beside them a whole int8 layer of halfbit and three bare kernels (\`bench/speed/kernels\`) that leave int32 sums behind and do not requantise: two dense int8 convolutions by 16-bit dot products with SIMD, the padding of their input included, with output channels (*pairs*) or inputs (*rows*) in the lanes; and plain scalar loops.

${kernelsSection(kernels)}

## In an interpreter

The scalar level in wasm3, which compiles nothing to machine code.

${interpreterSection(interpreter)}

## Start-up

ResNet-8 from a fresh process to the first answer. *Engine*: code loaded, WebAssembly compiled and started (onnxruntime-web starts its own with the first model); *model*: read and prepared. Bytes are those of the WebAssembly module and the model, JavaScript aside.

${startupSection(startup)}

## Sizes

${sizesSection(sizes)}

## Instructions on Cortex-M

${instructionsSection(instructions)}
${sweep ? sweepText(sweep) : ""}`;
}
