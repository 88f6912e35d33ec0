// Padding reads the zero point, so it contributes nothing: exactly, at every zero point, in the reference and in both
// levels of the runtime.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine } from "../../host/engine.ts";
import type { Kind, Program } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { Builder, type Options } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";

const KINDS: Kind[] = ["SemiBinary", "BinaryPlanes", "Conv2D", "DepthwiseConv2D"];
const ZERO_POINTS = [-128, -77, 0, 1, 127];
const options: Options = { kernel: [3, 3], channels: 5, planes: 2, zero: [0, 5] };

/** One layer of `kind` over a 5×4×5 image of this zero point; random weights, the same for every call of one seed. */
function layer(kind: Kind, zero: number, pad: Options["pad"], explicit: boolean): Program {
  const b = new Builder([5, 4, 5], 9, zero);
  if (explicit) b.pad(pad!);
  b.window(kind, { ...options, pad: explicit ? undefined : pad });
  return b.done();
}

/** The outputs of the reference, which scalar and simd128 must equal. */
async function outputs(program: Program, input: Int8Array): Promise<Int8Array> {
  const expected = runReference(program, input).at(-1)!;
  for (const level of ["scalar", "simd128"] as const) {
    const engine = await Engine.load(writeModel(program), "padding", level);
    engine.input().set(input);
    engine.run();
    assert.deepEqual(engine.output(), expected, level);
  }
  return expected;
}

for (const kind of KINDS) {
  describe(kind, () => {
    test("padded by its own geometry gives what it gives on an image padded with the zero point", async () => {
      for (const zero of ZERO_POINTS) {
        for (const pad of [
          [1, 1, 1, 1],
          [2, 0, 1, 2],
          [0, 2, 2, 0],
        ] as const) {
          const input = randomInt8(100, zero + 200);
          const inside = await outputs(layer(kind, zero, [...pad], false), input);
          assert.deepEqual(inside, await outputs(layer(kind, zero, [...pad], true), input), `zero point ${zero}`);
          assert.ok(new Set(inside).size > 20, "the outputs vary");
        }
      }
    });

    test("on an image of zeros gives its bias alone, at the border as in the middle", async () => {
      for (const zero of ZERO_POINTS) {
        const got = await outputs(layer(kind, zero, [2, 2, 2, 2], false), new Int8Array(100).fill(zero));
        for (const [i, value] of got.entries()) assert.equal(value, got[i % 5], `zero point ${zero}, value ${i}`);
        assert.ok(new Set(got).size > 1, "the channels' biases differ");
      }
    });

    test("depends on x − z alone: values and zero point moved together change nothing", async () => {
      const values = randomInt8(100, 6).map((value) => value >> 1);
      const at = (zero: number) =>
        outputs(
          layer(kind, zero, [1, 1, 1, 1], false),
          values.map((value) => value + zero),
        );
      const expected = await at(0);
      for (const zero of [-64, -13, 7, 64]) assert.deepEqual(await at(zero), expected, `zero point ${zero}`);
    });
  });
}
