// The peer: int8 convolutions in plain C, as CMSIS-NN has them (arm_convolve_s8, arm_nn_mat_mult_kernel_s8_s16,
// arm_elementwise_add_s8): the windows of two pixels as int16, two output channels of both at once, in pairs of products
// where the core has SMLAD. Pixels and channels are even in number, and groups one. Other layers are left to the runtime.
#include "records.h"

#if __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif

#define MAX_SIZE 1024
#define MAX_CHANNELS_OUT 64

/** x · multiplier · 2^(shift − 31), as gemmlowp rounds it. */
static inline s32 multiply(s32 x, s32 multiplier, s32 shift) {
  const s32 left = shift > 0 ? shift : 0;
  const s32 right = shift > 0 ? 0 : -shift;
  const s32 product = ((s64)(x << left) * multiplier + (1 << 30)) >> 31;
  const s32 mask = (1 << right) - 1;
  return (product >> right) + ((product & mask) > (mask >> 1) + (product < 0));
}

#if __ARM_FEATURE_DSP
static inline u32 word(const void *p) {
  u32 value;
  __builtin_memcpy(&value, p, 4);
  return value;
}

/** 4 int8 as two pairs of int16. */
static inline void widen(const s8 *p, u32 *first, u32 *second) {
  u32 even, odd;
  __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(word(p)));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(word(p)));
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(*first) : "r"(even), "r"(odd));
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(*second) : "r"(odd), "r"(even));
}
#endif

/** int8 values less the zero point, as int16. */
static inline void less_zero(const s8 *from, s32 count, s32 zero, s16 *to) {
  const s8 *end = from + count;
#if __ARM_FEATURE_DSP
  const u32 zeros = (u16)zero * 0x10001u;
  for (const s8 *last = from + (count & ~3); from < last; from += 4, to += 4) {
    u32 pair[2];
    widen(from, &pair[0], &pair[1]);
    pair[0] = __ssub16(pair[0], zeros);
    pair[1] = __ssub16(pair[1], zeros);
    memcpy(to, pair, 8);
  }
#endif
  while (from < end) *to++ = *from++ - zero;
}

/** The window of an output pixel, less the zero point: padding is 0. */
static void gather(const u8 *layer, Tensor in, s32 oy, s32 ox, s16 *to) {
  const s32 top = oy * U8(layer + L_STRIDE_HEIGHT) - U8(layer + L_PAD_TOP);
  const s32 left = ox * U8(layer + L_STRIDE_WIDTH) - U8(layer + L_PAD_LEFT);
  const s32 bottom = top + U16(layer + L_KERNEL_HEIGHT), right = left + U16(layer + L_KERNEL_WIDTH);
  for (s32 y = top; y < bottom; y++)
    for (s32 x = left; x < right; x++, to += in.channels) {
      const s8 *from = in.values + (y * in.width + x) * in.channels;
      if (y < 0 || y >= in.height || x < 0 || x >= in.width) memset(to, 0, 2 * in.channels);
      else less_zero(from, in.channels, in.zero, to);
    }
}

/** Adds Σ w·x of two rows of weights and two windows to sums. In its caller it would lack registers. */
__attribute__((noinline)) static void multiply_add(const s8 *w, const s16 *x, s32 size, s32 sums[2][2]) {
  const s8 *v = w + size;
  const s16 *z = x + MAX_SIZE;
  const s8 *end = v;
  s32 wx = sums[0][0], wz = sums[0][1], vx = sums[1][0], vz = sums[1][1];
#if __ARM_FEATURE_DSP
  for (const s8 *last = w + (size & ~3); w < last; w += 4, v += 4, x += 4, z += 4) {
    u32 w0, w1, v0, v1;
    widen(w, &w0, &w1);
    widen(v, &v0, &v1);
    const u32 x0 = word(x), z0 = word(z), x1 = word(x + 2), z1 = word(z + 2);
    wx = __smlad(w1, x1, __smlad(w0, x0, wx));
    wz = __smlad(w1, z1, __smlad(w0, z0, wz));
    vx = __smlad(v1, x1, __smlad(v0, x0, vx));
    vz = __smlad(v1, z1, __smlad(v0, z0, vz));
  }
#endif
  for (; w < end; w++, v++, x++, z++) {
    wx += *w * *x;
    wz += *w * *z;
    vx += *v * *x;
    vz += *v * *z;
  }
  sums[0][0] = wx, sums[0][1] = wz, sums[1][0] = vx, sums[1][1] = vz;
}

/** The addition of the residual, in TensorFlow Lite's arithmetic. */
static void add(const s32 *p, const s8 *a, const s8 *b, s32 count, s8 *to) {
  for (s32 i = 0; i < count; i++) {
    const s32 x = multiply((a[i] - p[ADD_ZERO_1]) << 20, p[ADD_MULTIPLIER_1], p[ADD_SHIFT_1]);
    const s32 y = multiply((b[i] - p[ADD_ZERO_2]) << 20, p[ADD_MULTIPLIER_2], p[ADD_SHIFT_2]);
    const s32 sum = multiply(x + y, p[ADD_MULTIPLIER_OUT], p[ADD_SHIFT_OUT]) + p[ADD_ZERO_OUT];
    to[i] = clamp(sum, p[ADD_MIN], p[ADD_MAX]);
  }
}

static void convolve(const u8 *layer) {
  static s16 windows[2][MAX_SIZE];
  static s8 staged[2 * MAX_CHANNELS_OUT];
  const Tensor in = tensor(U16(layer + L_INPUT)), out = tensor(U16(layer + L_OUTPUT));
  const s32 size = U16(layer + L_KERNEL_HEIGHT) * U16(layer + L_KERNEL_WIDTH) * in.channels;
  const s32 low = S8(layer + L_ACTIVATION_MIN), high = S8(layer + L_ACTIVATION_MAX), count = out.channels;
  const s8 *weights = (const s8 *)rows + U32(layer + L_WEIGHTS), *shifts = (const s8 *)model + U32(layer + L_SHIFTS);
  const s32 *bias = (const s32 *)(model + U32(layer + L_BIAS));
  const s32 *multipliers = (const s32 *)(model + U32(layer + L_MULTIPLIERS));
  const s32 *parameters = (const s32 *)(model + U32(layer + L_PARAMETERS));
  const u32 residual = U16(layer + L_INPUT2);
  const s8 *other = residual == NO_TENSOR ? 0 : tensor(residual).values;
  const s32 zero = other ? parameters[ADD_ZERO_1] : out.zero;
  for (s32 pixel = 0; pixel < out.height * out.width; pixel += 2) {
    for (s32 p = 0; p < 2; p++) gather(layer, in, (pixel + p) / out.width, (pixel + p) % out.width, windows[p]);
    s8 *to = other ? staged : out.values + pixel * count;
    for (s32 t = 0; t < count; t += 2) {
      s32 sums[2][2] = {{bias[t], bias[t]}, {bias[t + 1], bias[t + 1]}};
      multiply_add(weights + t * size, windows[0], size, sums);
      for (s32 c = 0; c < 2; c++)
        for (s32 p = 0; p < 2; p++)
          to[p * count + t + c] = clamp(multiply(sums[c][p], multipliers[t + c], shifts[t + c]) + zero, low, high);
    }
    if (other) add(parameters, staged, other + pixel * count, 2 * count, out.values + pixel * count);
  }
}

static void step(u32 index) {
  const u8 *layer = model + U32(model + H_LAYERS) + index * LAYER_BYTES;
  if (U8(layer + L_KIND) == KIND_CONV_2D) convolve(layer);
  else wasm_step(index);
}

static void run(void) {
  for (u32 i = 0; i < U32(model + H_LAYER_COUNT); i++) step(i);
}
