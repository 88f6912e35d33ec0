import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { quantiseMultiplier, roundAway, sharedShift } from "../../host/passes/lower/multiplier.ts";
import { random } from "../support/models.ts";

/** Reals from 2^-30 to 2^20, evenly in their logarithm. */
function* factors(count: number): Generator<number> {
  const next = random(3);
  for (let i = 0; i < count; i++) yield 2 ** ((next() / 2 ** 32) * 50 - 30);
}

describe("quantiseMultiplier: factor ≈ multiplier · 2^(shift − 31)", () => {
  test("within 2^−32 of the factor's power of two, the multiplier in [2^30, 2^31)", () => {
    for (const factor of factors(5000)) {
      const { multiplier, shift } = quantiseMultiplier(factor);
      assert.ok(Number.isInteger(multiplier) && multiplier >= 2 ** 30 && multiplier < 2 ** 31, `${factor}`);
      assert.ok(Math.abs(factor * 2 ** -shift - multiplier * 2 ** -31) <= 2 ** -32, `${factor}`);
    }
  });

  test("powers of two are exact, and so are their neighbours in double precision", () => {
    for (let exponent = -32; exponent <= 29; exponent++) {
      assert.deepEqual(quantiseMultiplier(2 ** exponent), { multiplier: 2 ** 30, shift: exponent + 1 });
      assert.deepEqual(quantiseMultiplier(2 ** exponent * (1 + 2 ** -52)), {
        multiplier: 2 ** 30,
        shift: exponent + 1,
      });
      // Just below: rounds up to the next power of two, whose multiplier would be 2^31.
      assert.deepEqual(quantiseMultiplier(2 ** exponent * (1 - 2 ** -53)), {
        multiplier: 2 ** 30,
        shift: exponent + 1,
      });
    }
  });

  test("31-bit fractions are exact", () => {
    for (const numerator of [2 ** 30 + 1, 2 ** 31 - 1, 1518500250])
      assert.deepEqual(quantiseMultiplier(numerator * 2 ** -40), { multiplier: numerator, shift: -9 });
  });

  test("0, and what is below 2^−32, is 0", () => {
    for (const factor of [0, 2 ** -33, 2 ** -33 * 1.999, 1e-300, Number.MIN_VALUE])
      assert.deepEqual(quantiseMultiplier(factor), { multiplier: 0, shift: 0 }, `${factor}`);
  });
});

describe("sharedShift: factor ≈ integer · 2^−shift, one shift for all", () => {
  const random16 = random(4);
  const cases = Array.from({ length: 500 }, () => {
    const scale = 2 ** ((random16() / 2 ** 32) * 30 - 20);
    return Float64Array.from({ length: 1 + (random16() % 20) }, () => (random16() / 2 ** 32) * scale);
  });

  test("no integer exceeds the limit, and the largest uses more than half of it", () => {
    for (const values of cases) {
      const shared = sharedShift(values, 65535, 47);
      const largest = Math.max(...shared.values);
      assert.ok(largest <= 65535 && shared.shift >= 0 && shared.shift <= 47);
      assert.ok(largest > 32767 || shared.shift === 47, `${largest} at shift ${shared.shift}`);
    }
  });

  test("each integer is the nearest to its factor, or 1 where that is 0", () => {
    for (const values of cases) {
      const shared = sharedShift(values, 65535, 47);
      for (const [i, value] of values.entries()) {
        const exact = value * 2 ** shared.shift;
        const error = Math.abs(shared.values[i] - exact);
        assert.ok(error <= 0.5 || (shared.values[i] === 1 && exact < 0.5), `${value}`);
      }
    }
  });

  test("a factor above 0 stays above 0, below 0 below, and 0 stays 0", () => {
    const { values, shift } = sharedShift(Float64Array.of(1, 1e-9, 0, -1e-9), 65535, 47);
    assert.deepEqual({ values: [...values], shift }, { values: [32768, 1, 0, -1], shift: 15 });
  });

  test("signs are kept: planes have negative factors, the largest may be one of them", () => {
    const { values, shift } = sharedShift(Float64Array.of(-1, 0.5), 32767, 47);
    assert.deepEqual({ values: [...values], shift }, { values: [-16384, 8192], shift: 14 });
  });

  test("the shift ends at maxShift for tiny factors and at 0 for huge ones, which are clamped", () => {
    assert.deepEqual(sharedShift(Float64Array.of(2 ** -60), 65535, 47), { values: Int32Array.of(1), shift: 47 });
    assert.deepEqual(sharedShift(Float64Array.of(2 ** -40), 65535, 47), { values: Int32Array.of(128), shift: 47 });
    assert.deepEqual(sharedShift(Float64Array.of(65535), 65535, 47), { values: Int32Array.of(65535), shift: 0 });
    assert.deepEqual(sharedShift(Float64Array.of(1e6, -1e6, 3), 65535, 47), {
      values: Int32Array.of(65535, -65535, 3),
      shift: 0,
    });
    assert.deepEqual(sharedShift(Float64Array.of(0, 0), 65535, 47), { values: Int32Array.of(0, 0), shift: 0 });
  });

  test("a factor that would round to just above the limit takes the next smaller shift", () => {
    for (const factor of [65535.6 * 2 ** -20, 65535.5 * 2 ** -20])
      assert.deepEqual(sharedShift(Float64Array.of(factor), 65535, 47), { values: Int32Array.of(32768), shift: 19 });
    assert.deepEqual(sharedShift(Float64Array.of(65535 * 2 ** -20), 65535, 47), {
      values: Int32Array.of(65535),
      shift: 20,
    });
  });
});

test("roundAway rounds halves away from zero, as C's round", () => {
  assert.deepEqual([0.5, 1.5, 2.4, -0.5, -1.5, -2.6, 0].map(roundAway), [1, 2, 2, -1, -2, -3, 0]);
});
