// Minimising a quadratic form over signs, one flip at a time.

/** Flips end in far fewer sweeps; this bounds them where rounding makes two vectors equal. */
const MAX_SWEEPS = 64;

/**
 * Coordinate descent on f(v) = d²·T·vᵀHv − 2d·gᵀv over v ∈ {−1, 1}^S, in place. hv = H·v is kept current.
 * Flipping v_s changes vᵀHv by 4·(H_ss − v_s·(Hv)_s) and gᵀv by −2·v_s·g_s, so f by
 * 4d·(d·T·(H_ss − v_s·(Hv)_s) + v_s·g_s); it is done where that is negative.
 * Sweeps until no flip helps, so f never grows and the result is a local minimum.
 * g = Rᵀ·… is T-summed already: g_s = Σ_t u_t·(R·H)[t, s].
 */
export function flipSigns(
  v: Float64Array,
  hv: Float64Array,
  gram: Float64Array,
  g: Float64Array,
  d: number,
  T: number,
): void {
  const S = v.length;
  const weight = d * T;
  for (let sweep = 0, flipped = true; flipped && sweep < MAX_SWEEPS; sweep++) {
    flipped = false;
    for (let s = 0; s < S; s++) {
      const sign = v[s];
      if (weight * (gram[s * S + s] - sign * hv[s]) + sign * g[s] >= 0) continue;
      v[s] = -sign;
      const change = -2 * sign;
      for (let j = 0, at = s * S; j < S; j++) hv[j] += change * gram[at + j];
      flipped = true;
    }
  }
}
