import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { align } from "../../format/layout.ts";
import { Engine } from "../../host/engine.ts";
import { HalfbitError } from "../../host/errors.ts";
import { size } from "../../host/graph/graph.ts";
import { FUSES_ADD, inputsOf, OF_INT8 } from "../../host/kinds.ts";
import { type Plan, plan } from "../../host/passes/plan.ts";
import type { Program, ProgramLayer, ProgramTensor } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { Builder, type Options, type Shape } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";
import { randomProgram } from "../support/random-programs.ts";

const SEEDS = Array.from({ length: 150 }, (_, i) => i + 1);
const same: Options = { kernel: [3, 3], pad: [1, 1, 1, 1] };

/** int8 weights see the pixel at their output's own place; signs where a window is that pixel alone. */
function readsRowsFirst({ kind, kernel, padTop, padLeft, input, output }: ProgramLayer, tensors: ProgramTensor[]) {
  const isPixel = kernel[0] * kernel[1] === 1 && padTop + padLeft === 0;
  return tensors[input].shape.join() === tensors[output].shape.join() && (OF_INT8.has(kind) || isPixel);
}

/**
 * Plays the program on an arena whose bytes remember which tensor's value they hold: each tensor that is read must
 * still be there as a whole, and a layer may write on its own input only where it reads each value before.
 */
function play({ tensors, layers, ...program }: Program, views: ReadonlyMap<number, number>): void {
  const arena = new Int32Array(program.arenaBytes).fill(-1);
  const source = (t: number): number => (views.has(t) ? source(views.get(t)!) : t);
  const range = (t: number) => [tensors[t].arenaOffset, tensors[t].arenaOffset + size(tensors[t].shape)] as const;
  const expectHeld = (t: number, where: string) => {
    const [start, end] = range(t);
    assert.ok(end <= program.arenaBytes, `${where}: tensor ${t} ends in the arena`);
    assert.ok(
      arena.subarray(start, end).every((held) => held === source(t)),
      `${where}: tensor ${t} is not there`,
    );
  };
  arena.fill(program.input, ...range(program.input));
  for (const layer of layers) {
    const inputs = inputsOf(layer);
    for (const t of inputs) expectHeld(t, layer.name);
    const scratchEnd = layer.scratchOffset + layer.scratchBytes;
    assert.ok(scratchEnd <= program.arenaBytes, `${layer.name}: the scratch ends in the arena`);
    arena.fill(-1, layer.scratchOffset, scratchEnd);
    for (const t of inputs) expectHeld(t, `${layer.name}, its scratch written`);
    const readLater = FUSES_ADD.has(layer.kind)
      ? readsRowsFirst(layer, tensors)
        ? []
        : [layer.input]
      : ["Add", "Mul", "Lookup"].includes(layer.kind)
        ? inputs.filter((t) => size(tensors[t].shape) !== size(tensors[layer.output].shape))
        : inputs;
    const before = arena.slice();
    arena.fill(layer.output, ...range(layer.output));
    for (const t of readLater) expectHeld(t, `${layer.name}, its output written`);
    for (const t of inputs) {
      const [start, end] = range(t);
      const shifted =
        start !== range(layer.output)[0] && arena.subarray(start, end).some((b, i) => b !== before[start + i]);
      assert.ok(!shifted, `${layer.name}: its output overlaps tensor ${t} from another byte on`);
    }
    const [start, end] = range(layer.output);
    assert.ok(
      end <= layer.scratchOffset || start >= scratchEnd || layer.scratchBytes === 0,
      `${layer.name}: output on scratch`,
    );
  }
  expectHeld(program.output, "the end");
}

describe("random programs", () => {
  test("whatever is read is where it was written: no two live blocks overlap", () => {
    for (const seed of SEEDS) {
      const { program, views } = randomProgram(seed);
      play(plan(program, views).program, views);
    }
  });

  test("the arena is at least as large as the lower bound, and that as the largest layer; most reach it", () => {
    let reached = 0;
    for (const seed of SEEDS) {
      const { program, views } = randomProgram(seed);
      const { program: planned, lowerBound } = plan(program, views);
      assert.ok(planned.arenaBytes >= lowerBound, `seed ${seed}`);
      for (const layer of program.layers)
        assert.ok(lowerBound >= layer.scratchBytes + align(size(program.tensors[layer.output].shape)), `seed ${seed}`);
      if (planned.arenaBytes === lowerBound) reached++;
    }
    assert.ok(reached >= 0.9 * SEEDS.length, `${reached} of ${SEEDS.length}`);
  });

  test("a view shares its source's bytes, tensors and scratch are aligned", () => {
    for (const seed of SEEDS) {
      const { program, views } = randomProgram(seed);
      const { tensors, layers } = plan(program, views).program;
      for (const [view, of] of views) assert.equal(tensors[view].arenaOffset, tensors[of].arenaOffset, `seed ${seed}`);
      for (const tensor of tensors) assert.equal(tensor.arenaOffset % 16, 0);
      for (const layer of layers) assert.equal(layer.scratchOffset % 16, 0);
    }
  });

  test("the runtime accepts every plan and computes what the reference does", async () => {
    for (const seed of SEEDS) {
      const { program, views } = randomProgram(seed);
      const planned = plan(program, views).program;
      const input = randomInt8(64, seed);
      const engine = await Engine.load(writeModel(planned), `seed ${seed}`);
      engine.input().set(input);
      const expected = runReference(planned, input);
      for (const i of planned.layers.keys()) {
        engine.step(i);
        assert.deepEqual(engine.layerOutput(i), expected[i], `seed ${seed}, layer ${i}`);
      }
    }
  });
});

describe("an arena budget", () => {
  test("is kept, or the smallest arena is named, which then is", () => {
    let kept = 0;
    for (const seed of SEEDS) {
      const { program, views } = randomProgram(seed);
      const free = plan(program, views).program.arenaBytes;
      for (const share of [0.9, 0.6, 0.3]) {
        const budget = Math.floor(share * free);
        try {
          const within = plan(program, views, budget).program;
          assert.ok(within.arenaBytes <= budget, `seed ${seed}`);
          play(within, views);
          kept++;
        } catch (error) {
          assert.ok(error instanceof HalfbitError && error.code === "E_BUDGET", `seed ${seed}: ${error}`);
          const named = Number(/--arena-budget (\d+)$/.exec(error.message)?.[1]);
          assert.ok(named > budget && plan(program, views, named).program.arenaBytes <= named, `seed ${seed}`);
        }
      }
    }
    assert.ok(kept >= 20, `${kept} kept`);
  });

  test("makes tables smaller, to the same outputs", async () => {
    const b = new Builder([16, 16, 16], 3);
    b.window("SemiBinary", { kernel: [3, 3], pad: [1, 1, 1, 1] });
    const input = randomInt8(16 * 16 * 16, 1);
    const outputs = [];
    for (const budget of [undefined, 12_000]) {
      const { program } = plan(b.program, b.views, budget);
      if (budget) assert.ok(program.arenaBytes <= budget);
      const engine = await Engine.load(writeModel(program), "budget");
      engine.input().set(input);
      engine.run();
      outputs.push(engine.output().slice());
    }
    assert.deepEqual(outputs[1], outputs[0]);
  });
});

/** Builds with a map of 64 bytes as input; returns the plan. */
function planned(build: (b: Builder) => void, input: Shape = [4, 4, 4]): Plan {
  const b = new Builder(input, 1);
  build(b);
  return plan(b.program, b.views);
}

const offsets = ({ program }: Plan) => program.tensors.map((tensor) => tensor.arenaOffset);

describe("what shares bytes", () => {
  test("a chain needs two neighbours at a time", () => {
    const result = planned((b) => {
      for (let i = 0; i < 5; i++) b.window("MaxPool", same);
    });
    assert.equal(result.program.arenaBytes, 128);
    assert.equal(result.lowerBound, 128);
  });

  test("a layer's scratch is alive with its input and output only", () => {
    const result = planned((b) => {
      for (let i = 0; i < 4; i++) b.window("Conv2D", { ...same, channels: i % 2 === 0 ? 8 : 4 });
    });
    const scratch = Math.max(...result.program.layers.map(({ scratchBytes }) => scratchBytes));
    assert.equal(result.program.arenaBytes, 64 + scratch + 128);
  });

  test("int8 weights stand on their input where the shape stays, signs where a window is one pixel", () => {
    for (const [kind, options, stands] of [
      ["Conv2D", same, true],
      ["DepthwiseConv2D", same, true],
      ["Conv2D", { ...same, channels: 2 }, false],
      ["SemiBinary", {}, true],
      ["SemiBinary", same, false],
    ] as const) {
      const result = planned((b) => {
        b.window("MaxPool", same);
        b.window(kind, options);
      });
      assert.equal(offsets(result)[2] === offsets(result)[1], stands, kind);
      play(result.program, new Map());
    }
  });

  test("a Lookup stands on its input where nothing reads that later, even the model's input", () => {
    const result = planned((b) => {
      b.lookup();
      b.lookup();
    });
    assert.deepEqual(offsets(result), [0, 0, 0]);
    assert.equal(result.program.arenaBytes, 64);
  });

  test("a Lookup whose input is read again does not", () => {
    const result = planned((b) => {
      b.lookup(0);
      b.add(1, 0);
    });
    assert.notEqual(offsets(result)[1], offsets(result)[0]);
    assert.equal(result.program.arenaBytes, 128);
  });

  test("Add and Mul stand on the operand that dies, the first or the second", () => {
    for (const operation of ["add", "mul"] as const) {
      for (const [a, b] of [
        [1, 0],
        [0, 1],
      ]) {
        const result = planned((builder) => {
          builder.window("MaxPool", same, 0); // 1
          builder[operation](a, b); // 2
          builder.add(2, 0); // keeps 0 alive
        });
        assert.equal(offsets(result)[2], offsets(result)[1], `${operation} ${a}, ${b}`);
        assert.equal(result.program.arenaBytes, 128);
      }
    }
  });

  test("Mul does not stand on its values a channel, whose bytes are fewer", () => {
    const result = planned((b) => void b.mul(0, b.mean(0)), [4, 4, 4]);
    const [x, means, y] = offsets(result);
    assert.equal(y, x);
    assert.notEqual(means, x);
  });

  test("a fused Add stands on its residual where that dies there", () => {
    const result = planned((b) => {
      const residual = b.window("MaxPool", same, 0);
      b.window("Conv2D", same, 0);
      b.fuseAdd(residual);
    });
    const { layers } = result.program;
    assert.equal(offsets(result)[layers[1].output], offsets(result)[1]);
  });

  test("not where the residual is the own input of a convolution that reads it later", () => {
    const result = planned((b) => {
      const input = b.window("MaxPool", same, 0);
      b.window("SemiBinary", same, input);
      b.fuseAdd(input);
    });
    assert.notEqual(offsets(result)[result.program.layers[1].output], offsets(result)[1]);
  });

  test("nor where the convolution reads the residual as a view, in another shape", () => {
    const b = new Builder([4, 4, 4], 1);
    const residual = b.window("MaxPool", same, 0);
    b.window("SemiBinary", { stride: [1, 2], channels: 4 }, b.view([4, 8, 2], residual));
    b.fuseAdd(residual);
    const result = plan(b.program, b.views);
    assert.notEqual(offsets(result)[result.program.layers[1].output], offsets(result)[residual]);
    play(result.program, b.views);
  });

  test("the model's output keeps its bytes to the end, also as a view", () => {
    for (const view of [false, true]) {
      const b = new Builder([4, 4, 4], 1);
      const first = b.window("MaxPool", same, 0);
      b.window("MaxPool", same, 0);
      const output = view ? b.view([1, 1, 64], first) : first;
      b.window("MaxPool", same, 2);
      b.program.output = output;
      const { program } = plan(b.program, b.views);
      play(program, b.views);
      assert.equal(program.arenaBytes, 192);
    }
  });
});
