import { crc32 } from "../../assembly/reader/crc32";

function crcOf(text: string): u32 {
  const bytes = String.UTF8.encode(text);
  return crc32(changetype<usize>(bytes), bytes.byteLength);
}

describe("crc32", () => {
  it("is the IEEE CRC: its published check value, and known ones", () => {
    expect(crcOf("123456789")).toBe(0xcbf43926);
    expect(crcOf("a")).toBe(0xe8b7be43);
    expect(crcOf("The quick brown fox jumps over the lazy dog")).toBe(0x414fa339);
  });
  it("of nothing is 0", () => {
    expect(crc32(0, 0)).toBe(0);
  });
});
