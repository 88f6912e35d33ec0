/** scale·x + shift. */
export type Affine = [scale: number, shift: number];

/**
 * What stands around Relu6 in Clip(scale·x + shift, 0, high) = high/6 · Relu6(6/high·(scale·x + shift)); undefined where
 * it would do nothing.
 */
export function aroundRelu6(scale: number, shift: number, high: number): { before?: Affine; after?: Affine } {
  const unit = 6 / high;
  // Sources state scale in float32: ⅙·6 should be 1, and is once rounded to float32.
  const [s, b] = [Math.fround(scale * unit), Math.fround(shift * unit)];
  return { before: s === 1 && b === 0 ? undefined : [s, b], after: unit === 1 ? undefined : [1 / unit, 0] };
}
