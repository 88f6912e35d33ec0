/**
 * Copies `bytes` bytes forwards: what they are copied to must not begin among those that are still to be read. Outputs
 * lie at any byte where channels are odd in number, and the least of devices read and write 8 bytes at their alignment
 * only.
 */
export function copy(from: usize, to: usize, bytes: i32): void {
  const end = from + <usize>bytes;
  if (ASC_FEATURE_SIMD || ((from | to) & 7) == 0)
    for (; from + 8 <= end; from += 8, to += 8) store<u64>(to, load<u64>(from));
  for (; from < end; from++, to++) store<u8>(to, load<u8>(from));
}
