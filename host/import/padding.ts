/**
 * Pixels of "same" padding before and after n pixels: there are ⌈n / stride⌉ windows of `extent` pixels, which lack
 * (⌈n / stride⌉ − 1)·stride + extent − n, half of them before (rounded down).
 */
export function samePadding(n: number, extent: number, stride: number): [before: number, after: number] {
  const missing = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extent - n);
  const before = Math.floor(missing / 2);
  return [before, missing - before];
}
