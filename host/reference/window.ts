import type { ProgramLayer } from "../program.ts";

/** Calls `visit(iy, ix, ky, kx)` for the taps of output pixel (oy, ox) that lie inside an h × w image. */
export function eachTap(
  layer: ProgramLayer,
  [h, w]: readonly number[],
  oy: number,
  ox: number,
  visit: (iy: number, ix: number, ky: number, kx: number) => void,
): void {
  for (let ky = 0; ky < layer.kernel[0]; ky++) {
    for (let kx = 0; kx < layer.kernel[1]; kx++) {
      const iy = oy * layer.stride[0] - layer.padTop + ky * layer.dilation[0];
      const ix = ox * layer.stride[1] - layer.padLeft + kx * layer.dilation[1];
      if (iy >= 0 && iy < h && ix >= 0 && ix < w) visit(iy, ix, ky, kx);
    }
  }
}
