// What a build imports, with STREAM the first, with WORDS both; the file's name is the import's module.

/** Copies `bytes` bytes of the model file from `offset` on to `address`. */
export declare function read(offset: u32, address: usize, bytes: u32): void;

/**
 * What signSums (kernels/sign-sums.ts) does for at most MAX_TERMS entries, whose offsets take `end` bytes of each row of
 * signs; sums are `row` bytes apart. Entries behind the first `middle` bytes begin a pixel early, so that all are at even
 * pixels, and in whole words.
 */
export declare function sums(
  entries: usize,
  bytes: i32,
  middle: i32,
  end: i32,
  rows: i32,
  tables: usize,
  pixels: i32,
  to: usize,
  row: i32,
  fresh: bool,
  narrow: bool,
): void;
