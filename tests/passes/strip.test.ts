// The strips of layers of signs: chosen within their room, and counted alike by compiler and runtime.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../host/engine.ts";
import { selfTest } from "../../host/passes/self-test.ts";
import { withStrip } from "../../host/passes/strip.ts";
import { emptyLayer, type ProgramLayer } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { Builder, type Options, type Shape } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";

const SHAPES: [input: Shape, kind: "SemiBinary" | "BinaryPlanes", options: Options][] = [
  [[16, 16, 16], "SemiBinary", { kernel: [3, 3], pad: [1, 1, 1, 1] }],
  [[9, 11, 24], "SemiBinary", { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], channels: 40, rank: 70 }],
  [[6, 6, 3], "SemiBinary", { kernel: [3, 3], rank: 5 }],
  [[9, 9, 12], "BinaryPlanes", { kernel: [3, 3], dilation: [2, 2], pad: [2, 2, 2, 2], planes: 3 }],
  [[5, 5, 7], "BinaryPlanes", { planes: 2 }],
];

for (const [input, kind, options] of SHAPES) {
  for (const room of [0, 6000, 40_000]) {
    test(`${kind} of ${input.join("×")} in ${room} bytes: the scratch is what the runtime asks for, to the byte`, async () => {
      const builder = new Builder(input, 5);
      builder.window(kind, { ...options, room });
      const program = builder.done();
      const [layer] = program.layers;
      const file = (scratchBytes: number) => {
        const exact = { ...program, layers: [{ ...layer, scratchBytes }] };
        return writeModel({ ...exact, selfTest: selfTest(program, 9) });
      };
      for (const level of ["scalar", "simd128"] as const) {
        // With less than it was given a layer finds its entries again for each strip; with less than that it is refused.
        const sizes = Array.from({ length: layer.scratchBytes / 16 }, (_, i) => layer.scratchBytes - 16 * i);
        let accepted = 0;
        for (const bytes of sizes) {
          const loaded = await Engine.load(file(bytes), "strip", level).catch((error) => error);
          if (!(loaded instanceof Engine)) {
            assert.equal(loaded.code, "E_MODEL");
            await assert.rejects(Engine.load(file(bytes + 15), "strip", level), { code: "E_MODEL" });
            break;
          }
          loaded.selfTest();
          accepted++;
        }
        assert.ok(accepted > 0 && accepted < sizes.length);
      }
    });
  }
}

const LARGE: [input: Shape, options: Options][] = [
  [[16, 40, 32], { kernel: [3, 3], pad: [1, 1, 1, 1], rank: 64, channels: 8 }],
  [[14, 14, 64], { kernel: [3, 3], pad: [1, 1, 1, 1], rank: 256, channels: 8 }],
  [[12, 30, 64], { rank: 300, channels: 16 }],
];

for (const [input, options] of LARGE) {
  test(`K = ${options.rank} of ${input.join("×")} in all the room it could want equals the reference`, async () => {
    const builder = new Builder(input, 5);
    builder.window("SemiBinary", { ...options, room: 300_000 });
    const program = builder.done();
    const x = randomInt8(input[0] * input[1] * input[2], 1);
    const [expected] = runReference(program, x);
    for (const level of ["scalar", "simd128"] as const) {
      const engine = await Engine.load(writeModel(program), "strip", level);
      engine.input().set(x);
      engine.run();
      assert.deepEqual(engine.output(), expected, level);
    }
  });
}

test("a strip takes no more than its room, or else the least it can", () => {
  const layer: ProgramLayer = { ...emptyLayer("SemiBinary", "conv", 0, 1), kernel: [3, 3], rank: 32 };
  const from = [16, 16, 32];
  const least = withStrip(layer, from, from, 0);
  assert.ok(least.stripRows * least.stripColumns <= 8 && least.batch === 2); // within a vector of pixels
  for (const room of [least.scratchBytes, 8000, 16_000, 64_000]) {
    const { stripRows, stripColumns, scratchBytes } = withStrip(layer, from, from, room);
    assert.ok(scratchBytes <= room, `${scratchBytes} of ${room}`);
    if (room === 64_000) assert.ok(stripRows * stripColumns >= 64 && scratchBytes > 16_000);
  }
});
