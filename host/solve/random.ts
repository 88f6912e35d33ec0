// Seeded random numbers, so that a compilation is repeatable on every machine.

/** Uniform in [0, 1), one number a call. */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, period 2^32. */
export function mulberry32(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` independent signs, ±1 with equal chance. */
export function randomSigns(random: Random, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => (random() < 0.5 ? -1 : 1));
}
