// int8 addition of two quantisations (TFLite reference_integer_ops::Add).
//
// TFLite scales both operands with 20 extra bits, adds, and scales the sum, with a rounding or two each time. With SIMD the
// real number x·f1 + y·f2 + c is formed in float32 instead, and rounded once, where that is certain to give the same
// integer (nearest.ts). With e = −shift of the sum's multiplier, TFLite's roundings lie within 2.5·2^−e of the real number:
// 1 for each operand and ½ for the sum, in units of 2^−e. Those of float32 are 2^−24 each of, at the most: 128·(f1 + f2),
// for the factors and for the products; c, 128·(f1 + f2) + 513; that and an operand, 256·(f1 + f2) + 513; and 256 for the sum.
// That is less than 1.25·(f1 + f2) + 2.6 of nearest.ts's units.

import {
  ADD_MAX,
  ADD_MIN,
  ADD_MULTIPLIER_1,
  ADD_MULTIPLIER_2,
  ADD_MULTIPLIER_OUT,
  ADD_SHIFT_1,
  ADD_SHIFT_2,
  ADD_SHIFT_OUT,
  ADD_ZERO_1,
  ADD_ZERO_2,
  ADD_ZERO_OUT,
} from "../../format/layout";
import { clamp, clampOutput, multiply } from "./fixed-point";
import { ALL, bytes16, CENTRE, FRACTION_BITS, SCALE, UNIT, unsure16 } from "./nearest";

/** TFLite's left shift of int8 Add: both operands are scaled with 20 extra bits. */
const LEFT_SHIFT: i32 = 20;

/** The layer's parameters, set by openAdd. */
let words: usize = 0;
/** f1, f2, c, and how near a tie their sum is not certain, in units. */
let factor1: f32 = 0;
let factor2: f32 = 0;
let constant: f32 = 0;
let error: i32 = 0;

/** Word `i` of the parameters. @inline */
function word(i: i32): i32 {
  return load<i32>(words + (i << 2));
}

export function openAdd(parameters: usize): void {
  words = parameters;
  if (!ASC_FEATURE_SIMD) return;
  const out = real(word(ADD_MULTIPLIER_OUT), word(ADD_SHIFT_OUT)) * <f64>(1 << LEFT_SHIFT);
  const f1 = real(word(ADD_MULTIPLIER_1), word(ADD_SHIFT_1)) * out;
  const f2 = real(word(ADD_MULTIPLIER_2), word(ADD_SHIFT_2)) * out;
  factor1 = <f32>f1 * SCALE;
  factor2 = <f32>f2 * SCALE;
  const bound = 2.5 * power(word(ADD_SHIFT_OUT) + FRACTION_BITS) + 1.25 * (f1 + f2) + 4;
  error = <i32>min(bound, ALL); // at the most nothing is certain
  const zero = word(ADD_ZERO_OUT) - word(ADD_ZERO_1) * f1 - word(ADD_ZERO_2) * f2;
  constant = <f32>(zero * SCALE + CENTRE + <f32>error * UNIT);
}

/** 2^exponent, −1022…1023 */
function power(exponent: i32): f64 {
  return reinterpret<f64>((<i64>(exponent + 1023)) << 52);
}

function real(multiplier: i32, shift: i32): f64 {
  return <f64>multiplier * power(shift - 31);
}

/** A sum, not clamped. */
function exactly(x: i32, y: i32): i32 {
  const left = multiply((x - word(ADD_ZERO_1)) << LEFT_SHIFT, word(ADD_MULTIPLIER_1), word(ADD_SHIFT_1));
  const right = multiply((y - word(ADD_ZERO_2)) << LEFT_SHIFT, word(ADD_MULTIPLIER_2), word(ADD_SHIFT_2));
  return multiply(left + right, word(ADD_MULTIPLIER_OUT), word(ADD_SHIFT_OUT)) + word(ADD_ZERO_OUT);
}

/** Clamped sums. */
function addExactly(a: usize, b: usize, out: usize, count: i32): void {
  for (const end = a + count; a < end; a++, b++, out++)
    store<i8>(out, clamp<i32>(exactly(load<i8>(a), load<i8>(b)), word(ADD_MIN), word(ADD_MAX)));
}

/** Bits behind the point of the sum that is formed first where there is no SIMD. */
const POINT: i32 = 20;

/** f of an operand, rounded down. */
function fraction(multiplier: i32, shift: i32): i64 {
  const product = <i64>multiplier * <i64>word(ADD_MULTIPLIER_OUT);
  return (product >> (62 - LEFT_SHIFT - POINT - shift)) >> -word(ADD_SHIFT_OUT);
}

/**
 * Without SIMD: x·f1 + y·f2 + c with POINT bits behind the point. f1 and f2 are rounded down, and meet up to 255, so the sum is
 * less than 510 units off. Where that and TFLite's roundings leave more than one integer, exactly: outside of the inner loop,
 * which a call would hold up, as would three addresses that change.
 */
function addWords(a: usize, b: usize, out: usize, count: i32): void {
  const f1 = fraction(word(ADD_MULTIPLIER_1), word(ADD_SHIFT_1));
  const f2 = fraction(word(ADD_MULTIPLIER_2), word(ADD_SHIFT_2));
  const slack = 512 + ((5 << (POINT - 1)) >> -word(ADD_SHIFT_OUT));
  // 255 · 7 + 128 and some more are below 2^31 units; with larger factors nothing is certain.
  const unsure = f1 + f2 < 7 << POINT ? 2 * slack : -1;
  const g1 = <i32>f1;
  const g2 = <i32>f2;
  const c = (word(ADD_ZERO_OUT) << POINT) + (1 << (POINT - 1)) + slack - word(ADD_ZERO_1) * g1 - word(ADD_ZERO_2) * g2;
  const low = word(ADD_MIN);
  const high = word(ADD_MAX);
  const toB = b - a;
  const toOut = out - a;
  const end = a + count;
  do {
    let x: i32;
    let y: i32;
    let rest: i32;
    do {
      x = load<i8>(a);
      y = load<i8>(a + toB);
      const sum = x * g1 + y * g2 + c;
      rest = sum & ((1 << POINT) - 1);
      store<i8>(a + toOut, clampOutput(sum >> POINT, low, high));
      a++;
    } while (a < end && <u32>rest > <u32>unsure);
    if (<u32>rest <= <u32>unsure) store<i8>(a - 1 + toOut, clamp<i32>(exactly(x, y), low, high));
  } while (a < end);
}

/** 4 real numbers, for unsure16 and bytes16. @inline */
function sum4(x: v128, y: v128, f1: v128, f2: v128, c: v128): v128 {
  const right = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(y), f2), c);
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(x), f1), right);
}

/** With SIMD, 16 at a time. Returns how many were added, the others are fewer. */
function addVectors(a: usize, b: usize, out: usize, count: i32): i32 {
  const f1 = f32x4.splat(factor1);
  const f2 = f32x4.splat(factor2);
  const c = f32x4.splat(constant);
  const window = i32x4.splat(2 * error);
  const low = i8x16.splat(<i8>word(ADD_MIN));
  const high = i8x16.splat(<i8>word(ADD_MAX));
  const sixteens = count & ~15;
  if (sixteens == 0) return 0;
  let i = 0;
  do {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    const x0 = i16x8.extend_low_i8x16_s(x);
    const x1 = i16x8.extend_high_i8x16_s(x);
    const y0 = i16x8.extend_low_i8x16_s(y);
    const y1 = i16x8.extend_high_i8x16_s(y);
    const r0 = sum4(i32x4.extend_low_i16x8_s(x0), i32x4.extend_low_i16x8_s(y0), f1, f2, c);
    const r1 = sum4(i32x4.extend_high_i16x8_s(x0), i32x4.extend_high_i16x8_s(y0), f1, f2, c);
    const r2 = sum4(i32x4.extend_low_i16x8_s(x1), i32x4.extend_low_i16x8_s(y1), f1, f2, c);
    const r3 = sum4(i32x4.extend_high_i16x8_s(x1), i32x4.extend_high_i16x8_s(y1), f1, f2, c);
    if (unsure16(r0, r1, r2, r3, window)) addExactly(a + i, b + i, out + i, 16);
    else v128.store(out + i, i8x16.min_s(i8x16.max_s(bytes16(r0, r1, r2, r3), low), high));
    i += 16;
  } while (i < sixteens);
  return i;
}

/** Adds `count` int8 values of two quantisations, after openAdd; `out` may be `a` or `b`. */
export function addValues(a: usize, b: usize, out: usize, count: i32): void {
  if (ASC_FEATURE_SIMD) {
    const done = addVectors(a, b, out, count);
    addExactly(a + done, b + done, out + done, count - done);
  } else {
    addWords(a, b, out, count);
  }
}
