import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SUM_PIXELS } from "../../format/rows.ts";
import { Engine } from "../../host/engine.ts";
import { FUSES_ADD } from "../../host/kinds.ts";
import { compact } from "../../host/passes/compact.ts";
import { fuseAdd } from "../../host/passes/fuse-add.ts";
import { plan } from "../../host/passes/plan.ts";
import type { Program } from "../../host/program.ts";
import { writeModel } from "../../host/write.ts";
import { Builder, type Options } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";
import { outputOf, randomProgram } from "../support/random-programs.ts";

const same: Options = { kernel: [3, 3], pad: [1, 1, 1, 1] };

/** The order in which the compiler runs the passes. */
function compiled({ program, views }: Builder, fuse: boolean): { program: Program; views: Map<number, number> } {
  const compacted = compact(fuse ? fuseAdd(program, views) : program, views);
  return { program: plan(compacted.program, compacted.views).program, views: compacted.views };
}

test("fusing changes no bit of the model's output: random programs with branches and views", async () => {
  let fused = 0;
  for (let seed = 1; seed <= 250; seed++) {
    const before = compiled(randomProgram(seed), false);
    const after = compiled(randomProgram(seed), true);
    fused += before.program.layers.length - after.program.layers.length;
    const engine = await Engine.load(writeModel(after.program), `seed ${seed}`);
    for (const input of [randomInt8(64, seed), new Int8Array(64).fill(-128), new Int8Array(64).fill(127)]) {
      const expected = outputOf(before.program, before.views, input);
      assert.deepEqual(outputOf(after.program, after.views, input), expected, `seed ${seed}`);
      engine.input().set(input);
      engine.run();
      assert.deepEqual(engine.output(), expected, `seed ${seed} in the runtime`);
    }
  }
  assert.ok(fused > 200, `${fused} Adds were fused`);
});

test("a fused program needs no more memory than the same program unfused, but for the pixels that wait for their Add", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { program, views } = compiled(randomProgram(seed), false);
    const fused = compiled(randomProgram(seed), true);
    const before = plan(program, views).lowerBound;
    const after = plan(fused.program, fused.views).lowerBound;
    const waiting = SUM_PIXELS * Math.max(...program.tensors.map(({ shape }) => shape[2]));
    assert.ok(after <= before + waiting, `seed ${seed}: ${before} → ${after}`);
  }
});

/** Kinds of the layers that are left when an input of 4×4×4 goes through what `build` makes. */
function left(build: (b: Builder) => void): string[] {
  const b = new Builder([4, 4, 4], 1);
  build(b);
  return fuseAdd(b.program, b.views).layers.map(({ kind, input2 }) =>
    FUSES_ADD.has(kind) && input2 >= 0 ? `${kind}+${input2}` : kind,
  );
}

describe("an Add is fused", () => {
  test("into each kind that can store a sum, from either side", () => {
    for (const kind of FUSES_ADD) {
      assert.deepEqual(
        left((b) => void b.add(b.window(kind, same, 0), 0)),
        [`${kind}+0`],
      );
      assert.deepEqual(
        left((b) => void b.add(0, b.window(kind, same, 0))),
        [`${kind}+0`],
      );
    }
  });

  test("into the operand that is produced last: the other one exists by then", () => {
    assert.deepEqual(
      left((b) => {
        const first = b.window("Conv2D", same, 0); // 1
        b.window("SemiBinary", same, 0); // 2
        b.add(first, 2);
      }),
      ["Conv2D", "SemiBinary+1"],
    );
  });

  test("block after block of a residual network", () => {
    assert.deepEqual(
      left((b) => {
        const one = b.add(b.window("Conv2D", same, 0), 0); // 1, 2
        b.add(b.window("SemiBinary", same, one), one); // 3, 4
      }),
      ["Conv2D+0", "SemiBinary+2"],
    );
  });
});

describe("an Add stays", () => {
  const stays = (name: string, expected: string[], build: (b: Builder) => void) =>
    test(name, () => assert.deepEqual(left(build), expected));

  stays("where both operands are one tensor", ["Conv2D", "Add"], (b) => {
    b.window("Conv2D", same, 0);
    b.add(1, 1);
  });
  stays("where no operand is a convolution's", ["MaxPool", "Add"], (b) => void b.add(b.window("MaxPool", same, 0), 0));
  stays("where the later operand is none, though the earlier is", ["Conv2D", "MaxPool", "Add"], (b) => {
    const conv = b.window("Conv2D", same, 0);
    b.add(conv, b.window("MaxPool", same, 0));
  });
  stays("where another layer reads the convolution's output", ["Conv2D", "Add", "Lookup"], (b) => {
    const conv = b.window("Conv2D", same, 0);
    b.add(conv, 0);
    b.lookup(conv);
  });
  stays("where the convolution's output is seen through a view", ["Conv2D", "Softmax", "Add"], (b) => {
    const conv = b.window("Conv2D", same, 0);
    b.softmax(1, b.view([1, 1, 64], conv));
    b.add(conv, 0);
  });
  stays("where the residual is a view", ["Conv2D", "Add"], (b) => {
    const view = b.view([4, 4, 4], 0);
    b.add(b.window("Conv2D", same, 0), view);
  });
  stays("where the convolution's output is the model's", ["Conv2D", "Add"], (b) => {
    const conv = b.window("Conv2D", same, 0);
    b.add(conv, 0);
    b.program.output = conv;
  });
  stays("where the convolution has fused one before", ["Conv2D+0", "Add"], (b) => {
    const sum = b.add(b.window("Conv2D", same, 0), 0);
    b.add(sum, 0);
  });
});

test("the fused layer keeps its own activation's bounds and adds the Add's in its parameters", () => {
  const b = new Builder([4, 4, 4], 1);
  const conv = b.window("Conv2D", { ...same, range: [-5, 60] }, 0);
  b.add(0, conv, [-20, 30]);
  const [layer] = fuseAdd(b.program, b.views).layers;
  const { tensors } = b.program;
  assert.deepEqual([layer.activationMin, layer.activationMax], [-5, 60]);
  assert.deepEqual([layer.parameters.at(-2), layer.parameters.at(-1)], [-20, 30]);
  // The operands are exchanged: the first is the convolution's result.
  assert.deepEqual([layer.parameters[0], layer.parameters[3]], [tensors[conv].zeroPoint, tensors[0].zeroPoint]);
});
