import assert from "node:assert/strict";
import { test } from "node:test";
import { inputsOf } from "../../host/kinds.ts";
import { plan } from "../../host/passes/plan.ts";
import { schedule } from "../../host/passes/schedule.ts";
import { Builder } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";
import { outputOf, randomProgram } from "../support/random-programs.ts";

const SEEDS = Array.from({ length: 150 }, (_, i) => i + 1);

test("the short branch of a block goes first where its input dies with it", () => {
  const b = new Builder([8, 8, 4], 1);
  const long = b.window("Conv2D", { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], channels: 8 }, 0);
  const longer = b.window("Conv2D", { kernel: [3, 3], pad: [1, 1, 1, 1], channels: 8 }, long);
  const short = b.window("Conv2D", { stride: [2, 2], channels: 8 }, 0);
  b.add(longer, short);
  const { layers } = schedule(b.program, b.views);
  assert.deepEqual(
    layers.map(({ output }) => output),
    [long, short, longer, b.program.output],
  );
});

test("every order is one in which a layer follows what it reads, with the same output", () => {
  let moved = 0;
  for (const seed of SEEDS) {
    const { program, views } = randomProgram(seed);
    const ordered = schedule(program, views);
    if (ordered.layers.some((layer, i) => layer !== program.layers[i])) moved++;
    assert.deepEqual(new Set(ordered.layers), new Set(program.layers));
    const written = new Set([program.input]);
    const isThere = (tensor: number): boolean =>
      written.has(tensor) || (views.has(tensor) && isThere(views.get(tensor)!));
    for (const layer of ordered.layers) {
      assert.ok(inputsOf(layer).every(isThere), `seed ${seed}`);
      written.add(layer.output);
    }
    const input = randomInt8(64, seed);
    const [output, expected] = [ordered, program].map((p) => outputOf(plan(p, views).program, views, input));
    assert.deepEqual(output, expected, `seed ${seed}`);
  }
  assert.ok(moved >= 10, `${moved} moved`);
});
