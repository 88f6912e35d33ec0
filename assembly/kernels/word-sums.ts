// The sums of sign-sums.ts where the host has them (firmware/sums.h): for cores of 32 bits, which load two pixels with a
// word, and several words with one instruction, if they are aligned. What a tap at an odd pixel reads is not, so such taps
// come last, and their entries begin a pixel early: the host shifts their sums once a row of signs.

/** A build with WORDS is for such a host. */
export const IN_WORDS: bool = isDefined(WORDS);

/** Whether the tap whose entries begin as `at` says is at an even pixel. */
export function isEven(at: usize): i32 {
  return ((load<u32>(at) >>> 1) & 1) ^ 1;
}

/** Of taps [first, end), those at even pixels first, each with its number above where its entries begin. */
export function evenFirst(tapOffsets: usize, first: i32, end: i32): void {
  for (let t = first; t < end; t++) {
    let to = tapOffsets + (t << 2);
    const word = load<u32>(to) | (t << 16);
    const even = isEven(to);
    for (; even && to > tapOffsets + (first << 2) && !isEven(to - 4); to -= 4) store<u32>(to, load<u32>(to - 4));
    store<u32>(to, word);
  }
}
