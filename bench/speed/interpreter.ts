// A layer of signs at the scalar level beside the plain int8 loop in an interpreter, wasm3: what devices run that have no
// compiler. There an instruction costs its dispatch, whatever it does.

import assert from "node:assert/strict";
import { readRuntime } from "../../host/adapters/node.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { kernelModules, plainCall, plainKernel } from "./bare.ts";
import { type LayerShape, macs, shapeName, signLayer } from "./layer-models.ts";
import type { Python } from "./python.ts";
import { interleaved, type Measured, type Rounds } from "./rounds.ts";

export interface InterpreterResults {
  shape: string;
  macs: number;
  signs: Measured;
  plain: Measured;
}

const SHAPE: LayerShape = { input: [16, 16, 32], channels: 32, stride: 1 };

export async function interpreter(python: Python, rounds: Rounds): Promise<InterpreterResults> {
  const layer = signLayer(SHAPE, 1);
  const model = writeModel(layer.program);
  const expected = runReference(layer.program, layer.x).at(-1)!;
  const signs = await python.load("signs", {
    engine: "wasm3",
    model: python.file(await readRuntime("scalar")),
    steps: [
      { call: "reserve", args: [model.length], file: python.file(model) },
      { call: "load", args: [model.length] },
      { call: "input", file: python.file(layer.x) },
    ],
    run: "run",
    output: { call: "output" },
    bytes: expected.length,
  });
  assert.deepEqual(Int8Array.from(signs.output), expected, "wasm3 computes the layer");

  const { args, atX, atWeights, atSums, sums } = plainCall(layer);
  const plain = await python.load("plain", {
    engine: "wasm3",
    model: python.file((await kernelModules()).plain),
    steps: [
      { at: atX, file: python.file(layer.x) },
      { at: atWeights, file: python.file(layer.signs) },
    ],
    run: "convolve",
    args,
    output: { at: atSums },
    bytes: 4 * sums,
  });
  const kernel = await plainKernel(layer);
  await kernel.seconds(1);
  assert.deepEqual(new Int32Array(Uint8Array.from(plain.output).buffer), kernel.sums(), "wasm3 computes the sums");

  const [signsTime, plainTime] = await interleaved([signs, plain], rounds);
  return { shape: shapeName(SHAPE), macs: macs(SHAPE), signs: signsTime, plain: plainTime };
}
