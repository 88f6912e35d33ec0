import { clamp, multiply, multiplyOnce } from "../../assembly/kernels/fixed-point";
import { openStore } from "../../assembly/kernels/pixel-store";
import { openRows, staged, sums } from "../../assembly/kernels/rows";
import { openEight, storeTwo } from "../../assembly/kernels/store-eight";
import { openSums, storeSums } from "../../assembly/kernels/store-sums";
import { multipliers, shifts } from "../../assembly/model";
import { KIND_CONV_2D, L_MULTIPLIERS, L_SHIFTS } from "../../format/layout";
import { begin, layer, put, repeat, scratch, tensor, unverified } from "./model";

const ENDS: StaticArray<i32> = [i32.MIN_VALUE, -0x40000000, -1, 0, 1, 0x40000000, i32.MAX_VALUE];
const STORED: usize = memory.data(8, 16);
let state: u32 = 7;

/** Noise of 1 … 32 significant bits. */
function noise(): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>(state ^ (state << 13)) >> (state >>> 27);
}

/** A sum that is scaled to n + ½ or near it. */
function nearTie(multiplier: i32, shift: i32): i32 {
  const n = <i64>(noise() % 200);
  return <i32>(((2 * n + 1) << (30 - shift)) / multiplier) + (noise() % 3);
}

/** 8 channels of a pixel, as the level stores them. */
function eight(): void {
  if (ASC_FEATURE_SIMD) {
    const low = v128.load(sums);
    const high = v128.load(sums, 16);
    openEight(0, 8);
    storeTwo(low, high, low, high, STORED, 0);
  } else storeSums(sums, 32, 0, 8, 1, STORED, 8);
}

/** Rounds of sums of a layer whose output has the zero point `zero`; at −128 with SIMD negative results need no care. */
function expectRounds(zero: i32): void {
  begin();
  const record = layer(KIND_CONV_2D, tensor(1, 1, 8), tensor(1, 1, 8, zero));
  put<i32>(record, L_MULTIPLIERS, repeat(0, 8));
  put<i8>(record, L_SHIFTS, repeat(0, 8));
  scratch(record, 1024);
  unverified();
  openRows(record);
  openStore(record, staged);
  for (let round = 0; round < 6000; round++) {
    const once = round % 3 == 0;
    for (let c = 0; c < 8; c++) {
      // Nearly always as a network has them: factors below 1, sums that end within int8 or near, next to ties.
      const shift = -(<i32>(<u32>noise() % 21));
      const usual = round % 4 > 0;
      const multiplier = usual ? 0x40000000 | (noise() & 0x3fffffff) : c == round % 5 ? ENDS[(round / 5) % 7] : noise();
      store<i32>(multipliers(record) + (c << 2), once ? max(0, multiplier) : multiplier);
      store<i8>(shifts(record) + c, usual || once ? shift : <i32>(<u32>noise() % 62) - 31);
      store<i32>(sums + (c << 2), usual ? nearTie(multiplier, shift) : c == 3 ? ENDS[round % 7] : noise());
    }
    openSums(record, once);
    eight();
    const stored = load<u64>(STORED);
    storeSums(sums, 32, 0, 8, 1, STORED, 8);
    for (let c = 0; c < 8; c++) {
      const sum = load<i32>(sums + (c << 2));
      const multiplier = load<i32>(multipliers(record) + (c << 2));
      const shift = <i32>load<i8>(shifts(record) + c);
      const value = once ? multiplyOnce(sum, multiplier, shift) : multiply(sum, multiplier, shift);
      const expected = clamp<i32>(value + zero, -128, 127);
      expect(<i32>(<i8>(stored >> (c << 3)))).toBe(expected, `round ${round}, channel ${c}`);
      expect(<i32>load<i8>(STORED + c)).toBe(expected, `round ${round}, channel ${c} by itself`);
    }
  }
}

describe("sums of 8 channels are stored", () => {
  it("as what multiply or multiplyOnce makes of each", () => expectRounds(-11));
  it("the same with the lowest zero point", () => expectRounds(-128));
});
