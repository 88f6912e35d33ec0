// What a module built with WORDS imports beside the model: sums of table entries, as assembly/host.ts says. In C
// firmware/sums.h has them.

/** Over the module's memory, which `memory` returns. */
export function wordSums(memory: () => ArrayBufferLike) {
  return (
    entries: number,
    bytes: number,
    middle: number,
    end: number,
    rows: number,
    tables: number,
    pixels: number,
    to: number,
    row: number,
    fresh: number,
    narrow: number,
  ): void => {
    const u16 = new Uint16Array(memory());
    const sums = narrow ? u16 : new Int32Array(memory());
    for (let k = 0; k < rows; k++) {
      const first = (to + k * row) / sums.BYTES_PER_ELEMENT;
      if (fresh) sums.fill(0, first, first + pixels);
      for (let at = 0; at < end; at += 2) {
        const entry = (tables + u16[(entries + k * bytes + at) >> 1]) / 2 + (at < middle ? 0 : 1);
        for (let p = 0; p < pixels; p++) sums[first + p] += u16[entry + p];
      }
    }
  };
}
