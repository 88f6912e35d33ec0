import {
  clamp,
  highMul,
  multiply,
  multiplyOnce,
  roundingShift,
  saturatingShiftLeft,
} from "../../assembly/kernels/fixed-point";

const ENDS: StaticArray<i32> = [
  i32.MIN_VALUE,
  i32.MIN_VALUE + 1,
  -0x40000000,
  -1,
  0,
  1,
  0x40000000,
  0x40000001,
  i32.MAX_VALUE - 1,
  i32.MAX_VALUE,
];
let state: u32 = 1;

/** Noise of 1 … 32 significant bits. */
function noise(): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>(state ^ (state << 13)) >> (state >>> 27);
}

/** gemmlowp's SaturatingRoundingDoublingHighMul in its own words: add a nudge by the sign, divide towards zero. */
function nudgedProduct(a: i32, b: i32): i32 {
  const product = <i64>a * <i64>b;
  const nudge: i64 = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  return <i32>((product + nudge) / ((<i64>1) << 31));
}

describe("highMul: the Q31 product", () => {
  it("equals gemmlowp's definition at the ends of int32 and on noise", () => {
    for (let i = 0; i < ENDS.length; i++) {
      for (let j = 0; j < ENDS.length; j++) {
        if (i + j > 0)
          expect(highMul(ENDS[i], ENDS[j])).toBe(nudgedProduct(ENDS[i], ENDS[j]), `${ENDS[i]} · ${ENDS[j]}`);
      }
    }
    for (let i = 0; i < 500; i++) {
      const a = noise();
      const b = noise();
      expect(highMul(a, b)).toBe(nudgedProduct(a, b), `${a} · ${b}`);
    }
  });
  it("is exact where nothing is lost", () => {
    expect(highMul(1 << 30, 1 << 30)).toBe(1 << 29, "½ · ½");
    expect(highMul(-(1 << 30), 1 << 30)).toBe(-(1 << 29), "−½ · ½");
  });
  it("rounds to nearest, halves up", () => {
    expect(highMul(1, 1 << 30)).toBe(1, "0.5");
    expect(highMul(-1, 1 << 30)).toBe(0, "−0.5");
    expect(highMul(3, 1 << 30)).toBe(2, "1.5");
    expect(highMul(-3, 1 << 30)).toBe(-1, "−1.5");
  });
  it("saturates its only overflow, −1 · −1", () => {
    expect(highMul(i32.MIN_VALUE, i32.MIN_VALUE)).toBe(i32.MAX_VALUE);
    expect(highMul(i32.MIN_VALUE, i32.MAX_VALUE)).toBe(-i32.MAX_VALUE);
  });
});

describe("roundingShift: division by a power of two", () => {
  it("rounds to nearest, ties away from zero", () => {
    expect(roundingShift(5, 1)).toBe(3, "2.5");
    expect(roundingShift(-5, 1)).toBe(-3, "−2.5");
    expect(roundingShift(6, 2)).toBe(2, "1.5");
    expect(roundingShift(-6, 2)).toBe(-2, "−1.5");
    expect(roundingShift(5, 2)).toBe(1, "1.25");
    expect(roundingShift(-5, 2)).toBe(-1, "−1.25");
  });
  it("leaves a number as it is for exponent 0, and ends at −1, 0 or 1 for exponent 31", () => {
    expect(roundingShift(-7, 0)).toBe(-7);
    expect(roundingShift(i32.MAX_VALUE, 31)).toBe(1);
    expect(roundingShift(i32.MIN_VALUE, 31)).toBe(-1);
    expect(roundingShift(1 << 29, 31)).toBe(0);
  });
});

describe("roundingShift over all its exponents", () => {
  it("is round(|x| / 2^e) with the sign of x, at the ends of int32 and on noise", () => {
    for (let exponent = 0; exponent < 32; exponent++) {
      for (let i = 0; i < 20; i++) {
        const x = i < ENDS.length ? ENDS[i] : noise();
        const magnitude = Math.floor(Math.abs(<f64>x) / <f64>((<i64>1) << exponent) + 0.5);
        expect(<i64>roundingShift(x, exponent)).toBe(<i64>(x < 0 ? -magnitude : magnitude), `${x} >> ${exponent}`);
      }
    }
  });
});

describe("saturatingShiftLeft", () => {
  it("stops at the ends of int32", () => {
    expect(saturatingShiftLeft(3, 4)).toBe(48);
    expect(saturatingShiftLeft(1 << 30, 1)).toBe(i32.MAX_VALUE);
    expect(saturatingShiftLeft(-(1 << 30), 1)).toBe(i32.MIN_VALUE);
    expect(saturatingShiftLeft(-(1 << 30), 2)).toBe(i32.MIN_VALUE);
  });
});

describe("multiply: x · multiplier · 2^(shift − 31)", () => {
  it("rounds twice where the shift is to the right", () => {
    // 0.75 · 3 = 2.25, rounded to 2 in Q31, and half of it to 1.
    expect(multiply(3, 3 << 29, -1)).toBe(1);
    // 2.5 → 3 by the product's rounding, then 1.5 → 2; once would give 1.25 → 1.
    expect(multiply(5, 1 << 30, -1)).toBe(2);
    expect(multiplyOnce(5, 1 << 30, -1)).toBe(1);
  });
  it("shifts left before it multiplies", () => {
    expect(multiply(100, 1 << 30, 3)).toBe(400);
    expect(multiply(-100, 1 << 30, 3)).toBe(-400);
  });
});

describe("multiply at the ends", () => {
  it("keeps int32's ends by the largest factor, and ends at −1, 0 or 1 by the smallest", () => {
    expect(multiply(i32.MAX_VALUE, i32.MAX_VALUE, 0)).toBe(i32.MAX_VALUE - 1);
    expect(multiply(i32.MIN_VALUE, i32.MAX_VALUE, 0)).toBe(-i32.MAX_VALUE);
    expect(multiply(i32.MAX_VALUE, i32.MAX_VALUE, -31)).toBe(1);
    expect(multiply(i32.MIN_VALUE, i32.MAX_VALUE, -31)).toBe(-1);
    expect(multiply(i32.MAX_VALUE, (1 << 30) - 2, -31)).toBe(0);
    expect(multiply(1, 1 << 30, 30)).toBe(1 << 29);
  });
});

describe("multiplyOnce", () => {
  it("is round(|x| · multiplier / 2^(31 − shift)) with the sign of x, at the ends of int32 and on noise", () => {
    for (let shift = -31; shift <= 0; shift++) {
      for (let i = 0; i < 20; i++) {
        const x = i < ENDS.length ? ENDS[i] : noise();
        const multiplier = i & 1 ? i32.MAX_VALUE : 1 << 30;
        const half = (<u64>1) << (30 - shift);
        const magnitude = <i64>((<u64>abs<i64>(x) * <u64>multiplier + half) >> (31 - shift));
        expect(<i64>multiplyOnce(x, multiplier, shift)).toBe(x < 0 ? -magnitude : magnitude, `${x}, ${shift}`);
      }
    }
  });
  it("rounds ties away from zero", () => {
    expect(multiplyOnce(1, 1 << 30, 0)).toBe(1, "0.5");
    expect(multiplyOnce(-1, 1 << 30, 0)).toBe(-1, "−0.5");
    expect(multiplyOnce(-3, 1 << 30, -1)).toBe(-1, "−0.75");
    expect(multiplyOnce(-1, 1 << 30, -1)).toBe(0, "−0.25");
  });
});

describe("clamp", () => {
  it("keeps a number between its bounds", () => {
    expect(clamp<i32>(-200, -128, 127)).toBe(-128);
    expect(clamp<i32>(200, -128, 127)).toBe(127);
    expect(clamp<i32>(5, -128, 127)).toBe(5);
  });
});
