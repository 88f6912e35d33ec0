import {
  clamp,
  highMul,
  multiply,
  multiplyOnce,
  roundingShift,
  saturatingShiftLeft,
  shiftRight,
} from "../../assembly/kernels/fixed-point";

describe("highMul: the Q31 product", () => {
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

describe("multiplyOnce", () => {
  it("rounds ties away from zero", () => {
    expect(multiplyOnce(1, 1 << 30, 0)).toBe(1, "0.5");
    expect(multiplyOnce(-1, 1 << 30, 0)).toBe(-1, "−0.5");
    expect(multiplyOnce(-3, 1 << 30, -1)).toBe(-1, "−0.75");
    expect(multiplyOnce(-1, 1 << 30, -1)).toBe(0, "−0.25");
  });
});

describe("shiftRight: the rounding of semi-binary layers", () => {
  it("rounds ties towards +∞, over 64 bits", () => {
    expect(shiftRight(3, 1)).toBe(2, "1.5");
    expect(shiftRight(-3, 1)).toBe(-1, "−1.5");
    expect(shiftRight(7, 0)).toBe(7);
    expect(shiftRight((<i64>1) << 60, 47)).toBe((<i64>1) << 13);
    expect(shiftRight(-((<i64>1) << 60) - 1, 47)).toBe(-((<i64>1) << 13));
  });
});

describe("clamp", () => {
  it("keeps a number between its bounds", () => {
    expect(clamp<i32>(-200, -128, 127)).toBe(-128);
    expect(clamp<i32>(200, -128, 127)).toBe(127);
    expect(clamp<i32>(5, -128, 127)).toBe(5);
  });
});
