// Vectors of 16-bit numbers: 8 in a v128 where there is SIMD, else 4 in a u64. Lanes are unsigned, and no sum of them
// may reach 2^16: in a u64 it would carry into the next lane.

/** @inline */
export function lanes<L>(): i32 {
  return sizeof<L>() >> 1;
}

/** @inline */
export function add<L>(a: L, b: L): L {
  if (isVector<L>()) return i16x8.add(a, b);
  return (a + b) as L;
}

/** The same 32 bits twice. @inline */
export function twice(x: u32): u64 {
  return ((<u64>x) << 32) | x;
}

/** 255 − x in every lane, x ≤ 255. @inline */
export function complement<L>(x: L): L {
  if (isVector<L>()) return v128.xor(x, i16x8.splat(255));
  return (x ^ twice(0x00ff00ff)) as L;
}

/** @inline */
export function zeros<L>(): L {
  if (isVector<L>()) return i16x8.splat(0);
  return 0 as L;
}
