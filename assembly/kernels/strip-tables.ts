// The tables of a strip's inputs. First it is staged: where every pixel that its windows see stands, u32 each, for all of
// its channels. Padding is a pixel of zero points. Where every window is gathered, 8 numbers of each are a pixel.

import { pitch, pixels, planeRows, planes, planesAcross, shares, stripColumns, stripRows } from "./strip";
import { pixel, staged, tables } from "./strip-scratch";
import { groupsAtOnce, tablesOfStaged } from "./tables";
import {
  base,
  inputChannels,
  inputHeight,
  inputWidth,
  kernelHeight,
  kernelWidth,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  tap,
  zero,
} from "./window";

/** u32s up to `end`: x, and each `step` more than the one before. */
function ramp(to: usize, end: usize, x: usize, step: usize): void {
  for (; to < end; to += 4, x += step) store<u32>(to, <u32>x);
}

/** Those of the strip whose first output pixel is (oy, ox), in turn of the row `down` rows below what it sees first. */
function stagePixels(oy: i32, down: i32, ox: i32): void {
  ramp(pixel, pixel + <usize>inputChannels, <u8>zero * 0x01010101, 0);
  const step = strideWidth * inputChannels;
  let to = staged;
  let plane = 0;
  do {
    const left = ox * strideWidth - padLeft + (plane % planesAcross);
    let y = oy * strideHeight - padTop + down + plane / planesAcross;
    let row = planeRows;
    do {
      const inside = <u32>y < <u32>inputHeight ? inputWidth : 0;
      let from = base + <usize>((y * inputWidth + left) * inputChannels);
      let x = left;
      const end = to + <usize>(pitch << 2);
      do {
        store<u32>(to, <u32>(<u32>x < <u32>inside ? from : pixel));
        to += 4;
        x += strideWidth;
        from += <usize>step;
      } while (to < end);
      y += strideHeight;
    } while (--row > 0);
  } while (++plane < planes);
  ramp(to, pixel, pixel, 0);
}

/** `count` numbers of every window, in the order height, width, channel; those behind its end are the zero point. */
function stageWindows(first: i32, count: i32, oy: i32, ox: i32): void {
  const size = kernelHeight * kernelWidth * inputChannels;
  let j = 0;
  do {
    const s = first + j;
    const channel = s % inputChannels;
    const ky = s / inputChannels / kernelWidth;
    const kx = (s / inputChannels) % kernelWidth;
    let at = pixel + j;
    for (let r = 0; r < stripRows; r++) {
      for (let c = 0; c < stripColumns; c++, at += 8) {
        const from = s < size ? tap(oy + r, ox + c, ky, kx) : 0;
        store<u8>(at, from != 0 ? load<u8>(from + channel) : <u8>zero);
      }
    }
  } while (++j < count);
  ramp(staged, pixel, pixel - <usize>first, 8);
}

/**
 * Tables of `count` groups, an even number, from `first` on; the first of a strip stages it. Of pixels behind the planes
 * there are none: sums that reach there lie behind all others, and are dropped.
 */
export function buildBatch<L>(first: i32, count: i32, oy: i32, down: i32, ox: i32): void {
  const some = groupsAtOnce<L>();
  const end = first + count;
  let to = tables;
  do {
    if (!shares) stageWindows(first << 2, some << 2, oy, ox);
    else if (first == 0) stagePixels(oy, down, ox);
    tablesOfStaged<L>(staged, first << 2, planes * planeRows * pitch, pixels, to);
    to += <usize>(32 * some * pixels);
    first += some;
  } while (first < end);
}
