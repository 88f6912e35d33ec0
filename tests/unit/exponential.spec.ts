import { expNegative, reciprocalOnePlus } from "../../assembly/kernels/exponential";

const Q26: f64 = 67108864;
const Q31: f64 = 2147483648;

describe("expNegative", () => {
  it("is 1 at 0, as near as Q0.31 gets", () => {
    expect(expNegative(0)).toBe(i32.MAX_VALUE);
  });
  // Its Taylor series ends after the fourth order: within 1/8 of its centre (1/8)^5 / 5! < 2^−21 is left out.
  it("follows exp within 2^−21 over Softmax's whole range, −32 to 0", () => {
    for (let a: i64 = i32.MIN_VALUE + 1; a < 0; a += 1234567) {
      const error = Math.abs(<f64>expNegative(<i32>a) / Q31 - Math.exp(<f64>a / Q26));
      expect(error).toBeLessThan(1.0 / 2097152);
    }
  });
  it("has each of its factors e^(−2^k) to the last bits of its own magnitude", () => {
    // A quarter goes into the Taylor series, the rest selects one factor.
    for (let power = 0.25; power <= 16.0; power *= 2.0) {
      const a = -power - 0.25;
      const exact = Math.exp(a) * Q31;
      const error = Math.abs(<f64>expNegative(<i32>(a * Q26)) - exact);
      expect(error).toBeLessThan(1.5 + exact / 2097152, `e^${a}`);
    }
  });
});

describe("reciprocalOnePlus", () => {
  it("follows 1 / (1 + a) within 2^−26 for a in [0, 1)", () => {
    for (let a: i64 = 0; a <= i32.MAX_VALUE; a += 1234567) {
      const error = Math.abs(<f64>reciprocalOnePlus(<i32>a) / Q31 - 1.0 / (1.0 + <f64>a / Q31));
      expect(error).toBeLessThan(1.0 / 67108864);
    }
  });
});
