import assert from "node:assert/strict";
import { test } from "node:test";
import { inputsOf } from "../../host/kinds.ts";
import { compact } from "../../host/passes/compact.ts";
import { fuseAdd } from "../../host/passes/fuse-add.ts";
import { plan } from "../../host/passes/plan.ts";
import { runReference } from "../../host/reference/index.ts";
import { Builder } from "../conformance/build.ts";
import { randomInt8 } from "../support/models.ts";
import { randomProgram } from "../support/random-programs.ts";

test("tensors that no layer touches are dropped, the rest keep their order and their layers", () => {
  const b = new Builder([4, 4, 4], 1);
  b.window("Conv2D", {}, 0);
  b.fuseAdd(0); // tensor 1 is no longer written
  b.concat(2, [0, 0, 0]);
  const { program } = compact(b.program, b.views);
  assert.deepEqual(
    program.tensors.map((tensor) => tensor.shape),
    [
      [4, 4, 4],
      [4, 4, 4],
      [4, 4, 12],
    ],
  );
  assert.deepEqual(program.layers.map(inputsOf), [
    [0, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(
    program.layers.map((layer) => layer.output),
    [1, 2],
  );
  assert.equal(program.output, 2);
});

test("a Concat's tensor indices are renumbered, its axis is not", () => {
  const b = new Builder([4, 4, 4], 1);
  b.tensor([9, 9, 9], 1, 0); // 1, touched by nothing: 2 and 3 become 1 and 2
  b.window("MaxPool", {}, 0); // 2
  b.window("MaxPool", {}, 0); // 3
  b.concat(2, [3, 2]);
  const { program } = compact(b.program, b.views);
  assert.deepEqual([...program.layers[2].parameters], [2, 2, 1]);
  assert.equal(program.layers[2].input, 2);
});

test("a view that is read keeps its source, and the source's source", () => {
  const b = new Builder([4, 4, 4], 1);
  b.tensor([9, 9, 9], 1, 0); // 1
  const first = b.view([1, 1, 64], 0); // 2
  const second = b.view([2, 2, 16], first); // 3
  b.view([64, 1, 1], second); // 4, read by nothing
  b.lookup(second); // 5
  const { program, views } = compact(b.program, b.views);
  assert.deepEqual(
    [...views],
    [
      [1, 0],
      [2, 1],
    ],
  );
  assert.deepEqual(inputsOf(program.layers[0]), [2]);
  assert.equal(program.tensors.length, 4);
});

test("random programs: every tensor left is used, no bit changes, and a second time nothing is dropped", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { program, views } = randomProgram(seed);
    const fused = fuseAdd(program, views);
    const once = compact(fused, views);
    const used = new Set([once.program.input, once.program.output, ...once.views.keys(), ...once.views.values()]);
    for (const layer of once.program.layers) for (const t of [...inputsOf(layer), layer.output]) used.add(t);
    assert.equal(used.size, once.program.tensors.length, `seed ${seed}`);
    assert.deepEqual(compact(once.program, once.views), once, `seed ${seed}`);
    const input = randomInt8(64, seed);
    assert.deepEqual(
      runReference(plan(once.program, once.views).program, input),
      runReference(plan(fused, views).program, input),
      `seed ${seed}`,
    );
  }
});
