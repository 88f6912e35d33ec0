// One tap of a depthwise convolution over all channels.

/** acc[t] += w[t] · (x[t] − zero) for `count` channels. */
export function accumulate(acc: usize, w: usize, x: usize, count: i32, zero: i32): void {
  let t = 0;
  if (ASC_FEATURE_SIMD) {
    const z = i16x8.splat(<i16>zero);
    for (; t <= count - 8; t += 8) {
      const a = i16x8.sub(v128.load8x8_s(x + t), z);
      const b = v128.load8x8_s(w + t);
      const to = acc + (t << 2);
      v128.store(to, i32x4.add(v128.load(to), i32x4.extmul_low_i16x8_s(a, b)), 0);
      v128.store(to, i32x4.add(v128.load(to, 16), i32x4.extmul_high_i16x8_s(a, b)), 16);
    }
  }
  for (; t < count; t++) {
    const to = acc + (t << 2);
    store<i32>(to, load<i32>(to) + <i32>load<i8>(w + t) * (<i32>load<i8>(x + t) - zero));
  }
}

/** The same where each input channel feeds `multiplier` output channels. */
export function accumulateMultiplied(acc: usize, w: usize, x: usize, count: i32, zero: i32, multiplier: i32): void {
  for (let c = 0, t = 0; t < count; c++) {
    const value = <i32>load<i8>(x + c) - zero;
    for (let end = t + multiplier; t < end; t++) {
      const to = acc + (t << 2);
      store<i32>(to, load<i32>(to) + <i32>load<i8>(w + t) * value);
    }
  }
}
