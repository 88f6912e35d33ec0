/** CRC-32 of a nibble: polynomial 0xEDB88320 (IEEE 802.3, reflected), four steps of one bit. */
const TABLE: usize = memory.data<u32>([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
  0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/** IEEE CRC-32 of `bytes` bytes from `start`. */
export function crc32(start: usize, bytes: i32): u32 {
  return ~crc32Of(0xffffffff, start, bytes);
}

/** The remainder `crc` taken on by `bytes` bytes. Two 16-entry look-ups a byte: 64 bytes of table suit a small device. @inline */
export function crc32Of(crc: u32, start: usize, bytes: i32): u32 {
  for (let p = start, end = start + bytes; p < end; p++) {
    crc ^= load<u8>(p);
    crc = (crc >>> 4) ^ load<u32>(TABLE + ((crc & 15) << 2));
    crc = (crc >>> 4) ^ load<u32>(TABLE + ((crc & 15) << 2));
  }
  return crc;
}
