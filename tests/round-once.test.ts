import assert from "node:assert/strict";
import { test } from "node:test";
import { quantiseMultiplier, roundAway } from "../host/passes/lower/multiplier.ts";
import { roundOnceMultiplier } from "../host/passes/lower/round-once.ts";
import { multiplyOnce } from "../host/reference/fixed-point.ts";
import { Dice } from "./support/dice.ts";

type Q31 = ReturnType<typeof quantiseMultiplier>;

/** Sums beside the first 255 steps of round(sum · factor), both signs, up to `largest`, that come out otherwise. */
function otherwise(factor: number, largest: number, { multiplier, shift }: Q31): number[] {
  const wrong: number[] = [];
  for (let k = 0; k < 255; k++) {
    const near = Math.round((k + 0.5) / factor);
    for (let sum = near - 2; sum <= near + 2; sum++) {
      for (const signed of [sum, -sum]) {
        if (Math.abs(signed) > largest) continue;
        if (multiplyOnce(signed, multiplier, shift) !== roundAway(signed * factor)) wrong.push(signed);
      }
    }
  }
  return wrong;
}

test("a third and its kin: the nearest Q31 number misses ties that float64 meets, this one does not", () => {
  for (const factor of [1 / 6, 1 / 3 / 64, 5 / 7 / 8, 1 / 1000]) {
    assert.deepEqual(otherwise(factor, 2 ** 20, roundOnceMultiplier(factor, 2 ** 20)), []);
  }
  assert.notDeepEqual(otherwise(1 / 6, 2 ** 20, quantiseMultiplier(1 / 6)), []);
});

test("factors of a sum of thousands of products round as float64 does, at every sum", () => {
  const dice = new Dice(1);
  for (let i = 0; i < 1000; i++) {
    const factor = dice.real(2 ** -12, 4);
    const largest = dice.int(1, 2 ** 22);
    assert.deepEqual(otherwise(factor, largest, roundOnceMultiplier(factor, largest)), [], `factor ${factor}`);
  }
});

test("a tiny factor is 0, as it is for every sum in float64", () => {
  assert.deepEqual(roundOnceMultiplier(2 ** -40, 2 ** 30), { multiplier: 0, shift: 0 });
});
