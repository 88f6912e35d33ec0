// The 16 entries of a group's table (tables.ts) for one vector of pixels, `step` bytes apart. Entries of opposite signs are
// 4·255 together: 8 are summed up, from the first on, and the others are found from them, from the last backwards.

import { add, complement, twice } from "./lanes";

/** @inline */
export function entries<L>(u0: L, u1: L, u2: L, u3: L, to: usize, step: usize): void {
  if (isVector<L>()) storeEntries<L>(u0, u1, u2, u3, to, step);
  else entriesOfWords(u0 as u64, u1 as u64, u2 as u64, u3 as u64, to, step);
}

// Without SIMD, these two are calls: the smallest module.
function entriesOfWords(u0: u64, u1: u64, u2: u64, u3: u64, to: usize, step: usize): void {
  storeEntries<u64>(u0, u1, u2, u3, to, step);
}
function quarterOfWords(a0: u64, a1: u64, b: u64, to: usize, ends: usize, step: usize): usize {
  return storeSums<u64>(a0, a1, b, to, ends, step);
}

/** Sums of inputs 0 and 3, and of 1 and 2, and of those; input 3 has a sign of −1 in all of the first 8. @inline */
function storeEntries<L>(u0: L, u1: L, u2: L, u3: L, to: usize, step: usize): void {
  const c1 = complement<L>(u1);
  const c2 = complement<L>(u2);
  const c3 = complement<L>(u3);
  const a0 = add<L>(complement<L>(u0), c3);
  const a1 = add<L>(u0, c3);
  const ends = 2 * to + 15 * step;
  to = quarter<L>(a0, a1, add<L>(c1, c2), to, ends, step);
  to = quarter<L>(a0, a1, add<L>(u1, c2), to, ends, step);
  to = quarter<L>(a0, a1, add<L>(c1, u2), to, ends, step);
  quarter<L>(a0, a1, add<L>(u1, u2), to, ends, step);
}

/** @inline */
function quarter<L>(a0: L, a1: L, b: L, to: usize, ends: usize, step: usize): usize {
  if (!isVector<L>()) return quarterOfWords(a0 as u64, a1 as u64, b as u64, to, ends, step);
  return storeSums<L>(a0, a1, b, to, ends, step);
}

/** ends: the addresses of an entry and its opposite, added up. @inline */
function storeSums<L>(a0: L, a1: L, b: L, to: usize, ends: usize, step: usize): usize {
  const first = add<L>(a0, b);
  store<L>(to, first);
  store<L>(ends - to, opposite<L>(first));
  to += step;
  const second = add<L>(a1, b);
  store<L>(to, second);
  store<L>(ends - to, opposite<L>(second));
  return to + step;
}

/** @inline */
function opposite<L>(entry: L): L {
  if (isVector<L>()) return i16x8.sub(i16x8.splat(1020), entry);
  return (twice(0x03fc03fc) - (entry as u64)) as L;
}
