// Shared sign-sum tables. For 4 inputs u0…u3 of a group, as unsigned numbers x + 128, the 16 sums of u_j where bit j is
// 1 and 255 − u_j where it is 0, which is Σ ±x + 127·4 + (ones of the bits). Entry e of all pixels stands together,
// 2·pixels bytes from the next entry, so that a tap reads any run of pixels.

import { add, complement } from "./lanes";

/** The 16 entries of one vector of pixels: sums of two inputs, and sums of those. */
function entries<L>(u0: L, u1: L, u2: L, u3: L, to: usize, step: usize): void {
  const c0 = complement<L>(u0);
  const c1 = complement<L>(u1);
  const c2 = complement<L>(u2);
  const c3 = complement<L>(u3);
  const a0 = add<L>(c0, c1);
  const a1 = add<L>(u0, c1);
  const a2 = add<L>(c0, u1);
  const a3 = add<L>(u0, u1);
  const b0 = add<L>(c2, c3);
  const b1 = add<L>(u2, c3);
  const b2 = add<L>(c2, u3);
  const b3 = add<L>(u2, u3);
  to = quarter<L>(a0, a1, a2, a3, b0, to, step);
  to = quarter<L>(a0, a1, a2, a3, b1, to, step);
  to = quarter<L>(a0, a1, a2, a3, b2, to, step);
  quarter<L>(a0, a1, a2, a3, b3, to, step);
}

/** @inline */
function quarter<L>(a0: L, a1: L, a2: L, a3: L, b: L, to: usize, step: usize): usize {
  if (!isVector<L>()) return quarterOfWords(a0 as u64, a1 as u64, a2 as u64, a3 as u64, b as u64, to, step);
  return storeSums4<L>(a0, a1, a2, a3, b, to, step);
}

/** Not inline, for the smallest module. */
function quarterOfWords(a0: u64, a1: u64, a2: u64, a3: u64, b: u64, to: usize, step: usize): usize {
  return storeSums4<u64>(a0, a1, a2, a3, b, to, step);
}

/** @inline */
function storeSums4<L>(a0: L, a1: L, a2: L, a3: L, b: L, to: usize, step: usize): usize {
  store<L>(to, add<L>(a0, b));
  to += step;
  store<L>(to, add<L>(a1, b));
  to += step;
  store<L>(to, add<L>(a2, b));
  to += step;
  store<L>(to, add<L>(a3, b));
  return to + step;
}

/** A byte of each of 4 pixels of 4 bytes, as lanes. */
function column(at: usize): u64 {
  const low = <u32>load<u8>(at) | ((<u32>load<u8>(at, 4)) << 16);
  const high = <u32>load<u8>(at, 8) | ((<u32>load<u8>(at, 12)) << 16);
  return <u64>low | ((<u64>high) << 32);
}

/** The table of `pixels` staged pixels, each 4 bytes x + 128; a multiple of 8 of them. */
export function tableOfStaged<L>(staged: usize, pixels: i32, to: usize): void {
  const step = <usize>(pixels << 1);
  const end = to + step;
  do {
    if (isVector<L>()) {
      const a = v128.load(staged);
      const b = v128.load(staged, 16);
      staged += 32;
      const first = v128.shuffle<i8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
      const second = v128.shuffle<i8>(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
      entries<v128>(
        i16x8.extend_low_i8x16_u(first),
        i16x8.extend_high_i8x16_u(first),
        i16x8.extend_low_i8x16_u(second),
        i16x8.extend_high_i8x16_u(second),
        to,
        step,
      );
    } else {
      entries<u64>(column(staged), column(staged + 1), column(staged + 2), column(staged + 3), to, step);
      staged += 16;
    }
    to += sizeof<L>();
  } while (to < end);
}

/** The table of `pixels` pixels of 4 rows of numbers x + 128 of 16 bits, `row` bytes apart; its entries `step` bytes. */
export function tableOfRows<L>(from: usize, row: usize, pixels: i32, step: usize, to: usize): void {
  for (let end = to + <usize>(pixels << 1); to < end; to += sizeof<L>(), from += sizeof<L>())
    entries<L>(load<L>(from), load<L>(from + row), load<L>(from + 2 * row), load<L>(from + 3 * row), to, step);
}
