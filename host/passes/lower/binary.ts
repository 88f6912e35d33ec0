import { MAX_SHIFT } from "../../../format/layout.ts";
import { HalfbitError } from "../../errors.ts";
import type { PlanesWeights, Quantisation, SemiBinaryWeights } from "../../graph/graph.ts";
import { packSigns } from "../../packing.ts";
import type { ProgramLayer } from "../../program.ts";
import { saturate, sharedShift } from "./multiplier.ts";

/** Bias of real values `bias` in units of `unit[t]`. */
function biasIn(bias: Float32Array, unit: (t: number) => number): Int32Array {
  return Int32Array.from(bias, (value, t) => saturate(Math.round(value / unit(t))));
}

/**
 * W ≈ diag(r)·U·diag(d)·V to packed signs and 16-bit mantissas (design section 3):
 * M_k·2^−n = d_k·s_x / s_m, R_t·2^−r = r_t·s_m / s_y, bias in units of one step of b_t.
 */
export function lowerSemiBinary(
  layer: ProgramLayer,
  w: SemiBinaryWeights,
  bias: Float32Array,
  from: Quantisation,
  to: Quantisation,
): void {
  const channels = bias.length;
  const window = w.v.length / w.rank;
  const mScale = w.mScale;
  if (!mScale)
    throw new HalfbitError("E_CALIBRATION", `layer ${layer.name}: its inner scale is not calibrated; pass --calib`);
  const m = sharedShift(
    Float64Array.from(w.d, (d) => (d * from.scale) / mScale),
    65535,
    MAX_SHIFT,
  );
  // A channel with r = 0 still has a bias to express: it gets the smallest step, in which its sum of signs is at most
  // 127·K / 65,535 of what the largest channel's can be.
  const smallest = Math.max(...w.r, Number.MIN_VALUE) / 65535;
  const r = sharedShift(
    Float64Array.from(w.r, (value) => (Math.max(value, smallest) * mScale) / to.scale),
    65535,
    MAX_SHIFT,
  );
  layer.rank = w.rank;
  layer.weights = packSigns(w.v, w.rank, window);
  layer.weightsU = packSigns(w.u, channels, w.rank);
  layer.multipliers = m.values;
  layer.shiftM = m.shift;
  layer.shifts = r.values;
  layer.shiftR = r.shift;
  layer.bias = biasIn(bias, (t) => r.values[t] * 2 ** -r.shift * to.scale);
}

/** W_t ≈ Σ_i α_{t,i}·B_i[t] to packed signs and A_{t,i}·2^−r = α_{t,i}·s_x / s_y; bias in steps of s_y·2^−r. */
export function lowerPlanes(
  layer: ProgramLayer,
  w: PlanesWeights,
  bias: Float32Array,
  from: Quantisation,
  to: Quantisation,
): void {
  const channels = bias.length;
  const window = w.bits.length / (w.planes * channels);
  const rows = new Int8Array(w.bits.length); // planes of a channel together
  for (let t = 0; t < channels; t++)
    for (let i = 0; i < w.planes; i++)
      rows.set(
        w.bits.subarray((i * channels + t) * window, (i * channels + t + 1) * window),
        (t * w.planes + i) * window,
      );
  const largestBias = bias.reduce((a, b) => Math.max(a, Math.abs(b)), 0) / to.scale;
  const roomForBias = largestBias === 0 ? MAX_SHIFT : Math.floor(Math.log2((2 ** 31 - 1) / largestBias));
  const a = sharedShift(
    Float64Array.from(w.alpha, (alpha) => (alpha * from.scale) / to.scale),
    32767,
    Math.max(0, Math.min(MAX_SHIFT, roomForBias)),
  );
  layer.planes = w.planes;
  layer.weights = packSigns(rows, channels * w.planes, window);
  layer.multipliers = a.values;
  layer.shiftR = a.shift;
  layer.bias = biasIn(bias, () => to.scale * 2 ** -a.shift);
}
