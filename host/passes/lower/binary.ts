import { MAX_SHIFT } from "../../../format/layout.ts";
import { HalfbitError } from "../../errors.ts";
import type { PlanesWeights, Quantisation, SemiBinaryWeights } from "../../graph/graph.ts";
import { packSigns } from "../../packing.ts";
import type { ProgramLayer } from "../../program.ts";
import { sharedShift } from "./multiplier.ts";

const MAX_BIAS = 2 ** 15 - 1;

/** Biases in steps of 2^(b − shift) of the output's scale, as fine as 16 bits allow. */
function lowerBias(layer: ProgramLayer, bias: Float32Array, scale: number, shift: number): void {
  const steps = Float64Array.from(bias, (value) => value / scale);
  const { values, shift: fraction } = sharedShift(steps, MAX_BIAS, shift);
  layer.bias = values;
  layer.biasShift = shift - fraction;
}

/**
 * W ≈ diag(r)·U·diag(d)·V to packed signs and 16-bit mantissas (design section 3):
 * M_k·2^−n = d_k·s_x / s_m, R_t·2^−r = r_t·s_m / s_y, bias_t·2^(b−r) = the real bias / s_y.
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
  const r = sharedShift(
    Float64Array.from(w.r, (value) => (value * mScale) / to.scale),
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
  lowerBias(layer, bias, to.scale, r.shift);
}

/** W_t ≈ Σ_i α_{t,i}·B_i[t] to packed signs and A_{t,i}·2^−r = α_{t,i}·s_x / s_y; bias_t·2^(b−r) = the real bias / s_y. */
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
  const a = sharedShift(
    Float64Array.from(w.alpha, (alpha) => (alpha * from.scale) / to.scale),
    32767,
    MAX_SHIFT,
  );
  layer.planes = w.planes;
  layer.weights = packSigns(rows, channels * w.planes, window);
  layer.multipliers = a.values;
  layer.shiftR = a.shift;
  lowerBias(layer, bias, to.scale, a.shift);
}
