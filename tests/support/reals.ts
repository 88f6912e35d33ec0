// Random real values, and how close two lists of them must be.
import assert from "node:assert/strict";
import { random } from "./models.ts";

/** Uniform in [−scale, scale). */
export function reals(count: number, seed: number, scale = 1): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => (next() / 2 ** 31 - 1) * scale);
}

export function assertClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(got.length, expected.length);
  const worst = Array.from(got, (v, i) => Math.abs(v - expected[i])).reduce((a, b) => Math.max(a, b), 0);
  assert.ok(worst <= tolerance, `differs by ${worst}`);
}
