// Which layers are decomposed, with which K, where nothing else decides.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayerOverride, Scheme } from "../host/options.ts";
import { chooseSchemes } from "../host/passes/decompose/choose.ts";
import { conv, dense, depthwise, graphOf, residual, type Shape } from "./support/graphs.ts";

test("by default all but first, last, depthwise and grouped layers and those that would grow are decomposed", () => {
  const shape: Shape = [6, 6, 16];
  const graph = graphOf(
    [6, 6, 3],
    [
      { body: conv(3, 16, 3, 1), shape },
      { body: depthwise(16, 3, 1), shape },
      { body: { ...conv(8, 16, 3, 1), groups: 2 }, shape },
      { body: conv(16, 16, 3, 1), shape },
      { body: conv(16, 2, 1), shape: [6, 6, 2] },
      { body: dense(72, 10), shape: [1, 1, 10] },
    ],
  );
  const choices = [...chooseSchemes(graph, { scheme: "semi-binary", rank: 5 }).values()];
  assert.deepEqual(
    choices.map(({ scheme }) => scheme),
    ["int8", "int8", "int8", "semi-binary", "int8", "int8"],
  );
  assert.match(choices[4].reason!, /semi-binary would take 52 bytes, int8 takes 50/);
  assert.equal(choices[3].rank, 80);
});

test("a widening layer's K is a share of S; up to 4,096 weights it is one of T", () => {
  const shape: Shape = [2, 2, 256];
  const graph = graphOf(
    [2, 2, 16],
    [
      { body: conv(16, 16, 1), shape: [2, 2, 16] },
      { body: conv(16, 128, 1), shape: [2, 2, 128] },
      { body: conv(128, 256, 1), shape },
      { body: dense(1024, 10), shape: [1, 1, 10] },
    ],
  );
  const choices = chooseSchemes(graph, { scheme: "semi-binary", rank: 0.5 });
  assert.deepEqual([choices.get(1)!.rank, choices.get(2)!.rank], [64, 64]);
});

test("K is round(rank · T), at least 1", () => {
  const rank = (x: number) => chooseSchemes(residual(), { scheme: "semi-binary", rank: x }).get(1)!.rank;
  assert.deepEqual([0.001, 0.5, 1.1, 1.3].map(rank), [1, 8, 18, 21]);
});

const override = (overrides: Record<string, LayerOverride>, scheme: Scheme = "semi-binary") =>
  chooseSchemes(residual(), { scheme, rank: 1, overrides });

test("an override decides for its layer, first and last included", () => {
  const choices = override({ l0: { scheme: "planes:2" }, l1: { scheme: "int8" }, l3: { rank: 0.5 }, l4: { rank: 2 } });
  assert.deepEqual(
    [...choices.values()],
    [
      { scheme: "planes:2", rank: undefined },
      { scheme: "int8" },
      { scheme: "semi-binary", rank: 8 },
      { scheme: "semi-binary", rank: 20 },
    ],
  );
});

test("an override of an unknown layer lists those there are", () => {
  assert.throws(() => override({ l9: { rank: 1 } }), {
    code: "E_OVERRIDES",
    message: /"l9"; there are: l0, l1, l3, l4/,
  });
});

test("an override cannot decompose a depthwise layer", () => {
  const graph = graphOf([6, 6, 16], [{ body: depthwise(16, 3, 1), shape: [6, 6, 16] }]);
  const options = { scheme: "int8", rank: 1, overrides: { l0: { scheme: "alpha" } } } as const;
  assert.throws(() => chooseSchemes(graph, options), { code: "E_OVERRIDES", message: /l0: a depthwise convolution/ });
});
