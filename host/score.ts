// Scores as decimal numbers with six decimals; assembly/wasi/score.ts prints the same characters.
//
// real = scale · (q − zero point), scale a float32 (24 bits), the difference 9 bits, 10⁶ = 2⁶ · 15,625 (14 bits):
// the product has at most 47 significant bits, so in f64 it is exact and every engine rounds the same number.

/** `real` with six decimals, halves away from zero; null where it is not finite or beyond 10⁹. */
export function formatScore(real: number): string {
  const millionths = Math.floor(Math.abs(real) * 1e6 + 0.5);
  if (!(millionths < 1e15)) return "null";
  const sign = real < 0 && millionths !== 0 ? "-" : "";
  const whole = Math.floor(millionths / 1e6);
  return `${sign}${whole}.${String(millionths % 1e6).padStart(6, "0")}`;
}

/** Indices of `raw` by falling value, equal values by rising index. */
export function ranking(raw: Int8Array): number[] {
  return Array.from(raw.keys()).sort((a, b) => raw[b] - raw[a] || a - b);
}
