// The moments of a layer's windows, and which windows they are of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Geometry, windowOutput } from "../host/graph/graph.ts";
import { windowMoments } from "../host/passes/gram.ts";
import { choosePositions, windowRows } from "../host/passes/windows.ts";
import { numbers, type Shape } from "./support/graphs.ts";

test("moments of strided, dilated, padded windows equal those of a brute-force im2col", async () => {
  const shape: Shape = [7, 6, 3];
  const geometry: Geometry = {
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [1, 2],
    padding: { top: 1, left: 2, bottom: 0, right: 1 },
  };
  const [count, T, S] = [4, 5, 18];
  const [x, original, weights] = [numbers(count * 126), numbers(count * 126), numbers(T * S)];
  const [rows, columns] = windowOutput(shape, geometry);
  const windows = (values: Float32Array) => {
    const all: number[][] = [];
    for (let n = 0; n < count; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const window: number[] = [];
          for (let a = 0; a < 3; a++)
            for (let b = 0; b < 2; b++)
              for (let c = 0; c < 3; c++) {
                const [y, z] = [2 * i - 1 + a, j - 2 + 2 * b];
                window.push(y < 0 || y >= 7 || z < 0 || z >= 6 ? 0 : values[((n * 7 + y) * 6 + z) * 3 + c]);
              }
          all.push(window);
        }
    return all;
  };
  const [own, before] = [windows(x), windows(original)];
  const y = before.map((row) =>
    Array.from({ length: T }, (_, t) => row.reduce((a, b, s) => a + b * weights[t * S + s], 0)),
  );
  const mean = (matrix: number[][], i: number) => matrix.reduce((sum, row) => sum + row[i], 0) / matrix.length;
  const moment = (a: number[][], i: number, b: number[][], j: number) =>
    a.reduce((sum, row, n) => sum + (row[i] - mean(a, i)) * (b[n][j] - mean(b, j)), 0) / a.length;
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5, `${a} ${b}`);

  const found = await windowMoments(x, { shape, geometry, count }, { weights, original }, { seed: 1 });
  assert.equal(found.columns, count * rows * columns);
  for (let i = 0; i < S; i++) {
    near(found.mean[i], mean(own, i));
    for (let j = 0; j < S; j++) near(found.gram[i * S + j], moment(own, i, own, j));
    for (let t = 0; t < T; t++) near(found.output.cross[t * S + i], moment(y, t, own, i));
  }
  for (let t = 0; t < T; t++) {
    near(found.output.mean[t], mean(y, t));
    near(found.output.variance[t], moment(y, t, y, t));
  }
});

test("windows are drawn evenly, the same for a seed, and none twice", () => {
  const geometry: Geometry = {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
  };
  const windows = { shape: [10, 10, 1] as Shape, geometry, count: 10 };
  const drawn = choosePositions(windows, 100, 7);
  assert.deepEqual(drawn, choosePositions(windows, 100, 7));
  assert.notDeepEqual(drawn, choosePositions(windows, 100, 8));
  assert.ok(drawn.every((position, i) => Math.floor(position / 10) === i));
  assert.equal(choosePositions(windows, 5000, 7).length, 1000);
  const x = numbers(1000);
  assert.deepEqual(
    [...windowRows(x, windows, drawn)],
    [...drawn].map((position) => x[position]),
  );
});
