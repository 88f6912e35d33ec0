// y_t = clamp(z_y + round((Σ_i A_{t,i} · p_{t,i} + bias_t · 2^b) · 2^−r), lo, hi), p_{t,i} = Σ ±(x − z), a strip at a time.
// sign(W), α·B and Σ α_i·B_i are this layer with one, one and several planes. Rows: planes of a channel together.

import { storeChannels } from "../kernels/output-words";
import { rowLength } from "../kernels/strip";
import { narrow, sumRow } from "../kernels/strip-scratch";
import { channelsAtOnce, sumsOf } from "../kernels/strip-sums";

/** The strip that openStripSums was called for. */
export function binaryPlanes<L>(planes: i32, channels: i32, to: usize): void {
  const most = channelsAtOnce(planes);
  for (let t = 0; t < channels; t += most)
    storeChannels<L>(sumsOf<L>(t * planes), narrow, sumRow, t, min(most, channels - t), rowLength, to, channels);
}
