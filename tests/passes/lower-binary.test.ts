// The integers of layers of signs: what they stand for is what the real numbers were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_SHIFT } from "../../format/layout.ts";
import { lowerPlanes, lowerSemiBinary } from "../../host/passes/lower/binary.ts";
import { emptyLayer } from "../../host/program.ts";

const FROM = { scale: 0.02, zeroPoint: -128 };
const TO = { scale: 0.05, zeroPoint: 3 };

/** Two channels of a semi-binary layer, the second without any weight. */
function semiBinary(bias: number[]) {
  const layer = emptyLayer("SemiBinary", "layer", 0, 1);
  const weights = {
    scheme: "semi-binary" as const,
    rank: 1,
    u: Int8Array.of(1, -1),
    d: Float64Array.of(0.3),
    v: Int8Array.of(1, -1, 1),
    r: Float64Array.of(0.7, 0),
    mScale: 0.01,
  };
  lowerSemiBinary(layer, weights, Float32Array.from(bias), FROM, TO);
  return layer;
}

test("M, R and the biases of a semi-binary layer are its scales, a channel without weights keeps its bias", () => {
  const { multipliers, shiftM, shifts, shiftR, bias, biasShift } = semiBinary([-4.3, 6.2]);
  const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 2e-4 * Math.abs(wanted));
  near(multipliers[0] * 2 ** -shiftM, (0.3 * 0.02) / 0.01);
  near(shifts[0] * 2 ** -shiftR, (0.7 * 0.01) / 0.05);
  assert.equal(shifts[1], 0);
  for (const [t, real] of [-4.3, 6.2].entries()) near(bias[t] * 2 ** (biasShift - shiftR) * TO.scale, real);
});

test("biases have 16 bits, as fine as the largest leaves", () => {
  for (const largest of [1e-9, 0.01, 3, 900, 1638]) {
    const { bias, biasShift, shiftR } = semiBinary([largest / 3, -largest]);
    assert.ok(biasShift >= 0 && biasShift <= MAX_SHIFT);
    assert.ok(bias[1] >= -32767 && (bias[1] <= -16384 || biasShift === 0), `${largest}: ${bias[1]}`);
    const step = 2 ** (biasShift - shiftR) * TO.scale;
    assert.ok(Math.abs(bias[0] * step - largest / 3) <= Math.max(step, largest * 1e-4), `${largest}`);
  }
  assert.equal(semiBinary([0, -1e9]).bias[1], -32767, "beyond what a step can hold, saturated");
});

test("A and the biases of planes are theirs", () => {
  const layer = emptyLayer("BinaryPlanes", "layer", 0, 1);
  const weights = {
    scheme: "planes" as const,
    planes: 1,
    bits: Int8Array.of(1, -1, 1, 1),
    alpha: Float64Array.of(0.2, -0.1),
  };
  lowerPlanes(layer, weights, Float32Array.of(1.5, -0.25), FROM, TO);
  const { multipliers, shiftR, bias, biasShift } = layer;
  assert.ok(Math.abs(multipliers[1] * 2 ** -shiftR + (0.1 * 0.02) / 0.05) < 1e-5);
  assert.ok(Math.abs(bias[0] * 2 ** (biasShift - shiftR) * TO.scale - 1.5) < 1e-3);
});
