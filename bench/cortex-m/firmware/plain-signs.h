// The peer of the layers of signs: the kernels of assembly/ (semi-binary.ts and what it calls) written in C, with pointers
// in place of linear memory and nothing checked, to the same bytes. Of SemiBinary layers whose taps share tables; `s` has
// what the runtime keeps in globals for a layer. Other layers are left to the runtime.
#include "plain-sums.h"
#include "records.h"

#define SUM_ROWS 8
#define MAX_BLOCK 32

typedef struct { s32 scale, low, high; } Words;

static struct {
  Tensor in, out;
  const u8 *layer, *signs, *signs_u, *residual;
  const s32 *parameters;
  s32 stride_y, stride_x, pad_top, pad_left, taps_high, taps_wide, taps, groups, batch;
  s32 strip_rows, strip_columns, pitch, planes, planes_across, plane_rows, pixels, row_length;
  s32 rank, quads, sign_bytes, sum_row, live, block, shift_m, shift_r, low, high, target_zero, down, together;
  bool turns, narrow, streamed, is_short;
  Words *words;
  s32 *centres;
  u32 *offsets;
  const u8 **staged;
  u8 *pixel, *tables, *sums, *kept, *sums_u;
  u16 *inner, *stream, *stream_u;
  s8 *outputs;
} s;

INLINE s32 length(s32 outputs, s32 kernel, s32 stride) { return outputs + (kernel - 1) / stride; }
INLINE s32 vectors(s32 count) { return (count + 7) & -8; }
INLINE u8 *aligned(void *p) { return (u8 *)(((uintptr_t)p + 15) & ~(uintptr_t)15); }

// strip.ts

static void tap_offsets(u32 *to) {
  for (s32 ky = 0; ky < s.taps_high; ky++) {
    const s32 y = s.turns ? 0 : ky;
    for (s32 x = 0; x < s.taps_wide; x++) {
      const s32 plane = (y % s.stride_y) * s.planes_across + x % s.stride_x;
      *to++ = (u32)((plane * s.plane_rows + y / s.stride_y) * s.pitch + x / s.stride_x) << 1;
    }
  }
}

// strip-tables.ts

static void stage_pixels(s32 oy, s32 down, s32 ox) {
  const u8 **to = s.staged;
  memset(s.pixel, s.in.zero, (size_t)s.in.channels);
  for (s32 plane = 0; plane < s.planes; plane++) {
    const s32 left = ox * s.stride_x - s.pad_left + plane % s.planes_across;
    s32 y = oy * s.stride_y - s.pad_top + down + plane / s.planes_across;
    for (s32 r = 0; r < s.plane_rows; r++, y += s.stride_y) {
      const s32 inside = (u32)y < (u32)s.in.height ? s.in.width : 0;
      const s8 *from = s.in.values + (y * s.in.width + left) * s.in.channels;
      for (s32 c = 0, x = left; c < s.pitch; c++, x += s.stride_x, from += s.stride_x * s.in.channels)
        *to++ = (u32)x < (u32)inside ? (const u8 *)from : s.pixel;
    }
  }
  for (const u8 **end = s.staged + s.pixels; to < end;) *to++ = s.pixel;
}

static void build_batch(s32 first, s32 count, s32 oy, s32 down, s32 ox) {
  u8 *to = s.tables;
  if (first == 0) stage_pixels(oy, down, ox);
  for (s32 g = 0; g < count; g++, to += s.pixels << 5)
    table_of_staged(s.staged, (first + g) << 2, s.planes * s.plane_rows * s.pitch, s.pixels, to);
}

// strip-stream.ts, strip-sums.ts, turns.ts

static void sum_batch(s32 k, s32 rows, s32 from, s32 end, s32 group, u8 *to, bool fresh) {
  const s32 count = least(s.batch, s.groups - group), n = (end - from) * count;
  if (s.streamed) {
    const u16 *at = s.stream + s.rank * s.taps * group + (k * s.taps + from) * count;
    sign_sums(at, s.taps * count, n, rows, s.tables, 0, s.row_length, to, fresh, s.narrow);
    return;
  }
  for (const s32 last = k + rows; k < last; k += SUM_ROWS, to += SUM_ROWS * s.sum_row) {
    const s32 some = least(SUM_ROWS, last - k);
    find_entries(s.signs + k * s.sign_bytes + (group >> 1), s.sign_bytes, some, from, end, s.groups, count, s.pixels,
                 s.offsets, s.stream);
    sign_sums(s.stream, n, n, some, s.tables, 0, s.row_length, to, fresh, s.narrow);
  }
}

static u8 *turn_sums(s32 oy) { return s.kept + (oy % s.live) * s.rank * s.sum_row; }

static void turn_to(s32 oy, s32 ox) {
  for (const s32 last = oy * s.stride_y + s.taps_high - 1; s.down <= last; s.down++) {
    bool built = false;
    for (s32 ky = 0; ky < s.taps_high; ky++) {
      const s32 from = s.down - ky, row = from / s.stride_y;
      if (from < 0 || from % s.stride_y != 0 || row >= s.out.height) continue;
      if (!built) build_batch(0, s.groups, 0, s.down, ox);
      built = true;
      sum_batch(0, s.rank, ky * s.taps_wide, (ky + 1) * s.taps_wide, 0, turn_sums(row), ky == 0);
    }
  }
}

static u8 *strip_sums(s32 oy, s32 ox) {
  if (s.turns) {
    turn_to(oy, ox);
    return turn_sums(oy);
  }
  for (s32 group = 0; group < s.groups; group += s.batch) {
    build_batch(group, least(s.batch, s.groups - group), oy, 0, ox);
    if (s.together == 0) sum_batch(0, s.rank, 0, s.taps, group, s.sums, group == 0);
  }
  return s.sums;
}

static const u8 *sums_of(const u8 *first, s32 k) {
  if (s.together == 0) return first + k * s.sum_row;
  const s32 at = k % s.together;
  if (at == 0) sum_batch(k, least(s.together, s.rank - k), 0, s.taps, 0, s.sums, true);
  return s.sums + at * s.sum_row;
}

// requantise.ts, output-words.ts

INLINE s32 sum_at(const u8 *sums, s32 p, bool narrow) { return narrow ? ((const u16 *)sums)[p] : ((const s32 *)sums)[p]; }

static void to_inner(const u8 *sums, s32 centre, s32 scale, u16 *to) {
  const bool narrow = s.narrow;
  const s32 shift = s.shift_m, pixels = s.row_length;
  const s64 half = ((s64)1 << shift) >> 1;
  if (shift <= 24 && scale > 255 && scale <= 1 << shift) {
    const u32 unit = 1u << shift;
    const s32 lowest = centre - (s32)((unit * 127 + (u32)half) / (u32)scale);
    const s32 highest = centre + (s32)((unit * 128 - (u32)half - 1) / (u32)scale);
    const u32 start = unit * 128 + (u32)half - (u32)(centre * scale);
    for (s32 p = 0; p < pixels; p++)
      to[p] = (u16)(((u32)(clamp(sum_at(sums, p, narrow), lowest, highest) * scale) + start) >> shift);
    return;
  }
  for (s32 p = 0; p < pixels; p++) {
    const s64 a = ((s64)(sum_at(sums, p, narrow) - centre) * scale + half) >> shift;
    to[p] = (u16)((a < -127 ? -127 : a > 127 ? 127 : (s32)a) + 128);
  }
}

static void to_output(const u8 *sums, bool narrow, s32 t, s32 pixels, s8 *to) {
  const s32 scale = s.words[t].scale, shift = s.shift_r, low = s.low, high = s.high, count = s.out.channels;
  const s64 offset = (s64)wide((u32)s.words[t].low, (u32)s.words[t].high);
  if (s.is_short)
    for (s32 p = 0; p < pixels; p++, to += count)
      *to = (s8)clamp((sum_at(sums, p, narrow) * scale + (s32)offset) >> shift, low, high);
  else
    for (s32 p = 0; p < pixels; p++, to += count) {
      const s64 y = ((s64)sum_at(sums, p, narrow) * scale + offset) >> shift;
      *to = (s8)(y < low ? low : y > high ? high : (s32)y);
    }
}

static void open_words(void) {
  const s16 *bias = (const s16 *)(model + U32(s.layer + L_BIAS));
  const u16 *factors = (const u16 *)(model + U32(s.layer + L_SHIFTS));
  const s32 reach = 127 * s.rank, bias_shift = U8(s.layer + L_BIAS_SHIFT), bytes = (s.rank + 7) >> 3;
  const s64 half = ((s64)1 << s.shift_r) >> 1;
  s.is_short = true;
  for (s32 t = 0; t < s.out.channels; t++) {
    const s64 level = half + ((s64)s.target_zero << s.shift_r) + ((s64)bias[t] << bias_shift);
    const s32 centre = 127 * 4 * s.quads + count_ones(s.signs_u + t * bytes, s.quads);
    const s64 offset = level - (s64)factors[t] * centre;
    s.words[t] = (Words){factors[t], (s32)offset, (s32)(offset >> 32)};
    const s64 bound = (s64)factors[t] * reach + (level < 0 ? -level : level);
    s.is_short = s.is_short && s.shift_r < 31 && bound + ((s64)1 << s.shift_r) <= 0x7fffffff;
  }
}

// add.ts, pixel-store.ts

#define LEFT_SHIFT 20
#define POINT 20

/** As TensorFlow Lite rounds, right ≥ 0. */
INLINE s32 multiplied(s32 x, s32 multiplier, s32 right) {
  const s32 product = (s32)(((s64)x * multiplier + 0x40000000) >> 31);
  const s32 mask = (s32)((1u << right) - 1);
  return (product >> right) + ((product & mask) > (s32)((u32)mask >> 1) + (product < 0));
}

static __attribute__((noinline)) s32 exactly(s32 x, s32 y) {
  const s32 *w = s.parameters;
  const s32 left = multiplied((x - w[ADD_ZERO_1]) << LEFT_SHIFT, w[ADD_MULTIPLIER_1], -w[ADD_SHIFT_1]);
  const s32 right = multiplied((y - w[ADD_ZERO_2]) << LEFT_SHIFT, w[ADD_MULTIPLIER_2], -w[ADD_SHIFT_2]);
  return multiplied(left + right, w[ADD_MULTIPLIER_OUT], -w[ADD_SHIFT_OUT]) + w[ADD_ZERO_OUT];
}

static s64 fraction(s32 multiplier, s32 shift) {
  const s64 product = (s64)multiplier * s.parameters[ADD_MULTIPLIER_OUT];
  return (product >> (62 - LEFT_SHIFT - POINT - shift)) >> -s.parameters[ADD_SHIFT_OUT];
}

static void add_values(const s8 *a, const s8 *b, s8 *out, s32 count) {
  const s32 *w = s.parameters;
  const s64 f1 = fraction(w[ADD_MULTIPLIER_1], w[ADD_SHIFT_1]), f2 = fraction(w[ADD_MULTIPLIER_2], w[ADD_SHIFT_2]);
  const s32 slack = 512 + ((5 << (POINT - 1)) >> -w[ADD_SHIFT_OUT]), g1 = (s32)f1, g2 = (s32)f2;
  const u32 unsure = f1 + f2 < 7 << POINT ? 2u * slack : ~0u;
  const s32 c = (w[ADD_ZERO_OUT] << POINT) + (1 << (POINT - 1)) + slack - w[ADD_ZERO_1] * g1 - w[ADD_ZERO_2] * g2;
  const s32 low = w[ADD_MIN], high = w[ADD_MAX];
  for (s32 i = 0; i < count; i++) {
    const s32 sum = a[i] * g1 + b[i] * g2 + c;
    const bool sure = ((u32)sum & ((1u << POINT) - 1)) > unsure;
    out[i] = (s8)clamp(sure ? sum >> POINT : exactly(a[i], b[i]), low, high);
  }
}

static void store_strip(s32 oy, s32 ox) {
  const s32 count = s.out.channels, rows = least(s.strip_rows, s.out.height - oy);
  const s32 bytes = least(s.strip_columns, s.out.width - ox) * count;
  const s8 *from = s.outputs;
  for (s32 r = 0; r < rows; r++, from += s.pitch * count) {
    const s32 at = ((oy + r) * s.out.width + ox) * count;
    if (s.residual) add_values(from, (const s8 *)s.residual + at, s.out.values + at, bytes);
    else memcpy(s.out.values + at, from, bytes);
  }
}

// semi-binary.ts

static void conv_v(const u8 *first) {
  const u16 *factors = (const u16 *)(model + U32(s.layer + L_MULTIPLIERS));
  for (s32 k = 0; k < s.rank; k++) to_inner(sums_of(first, k), s.centres[k], factors[k], s.inner + k * s.row_length);
}

static void conv_u(s32 first, s32 count) {
  const s32 table = s.block << 5, row = s.row_length, bytes = (s.rank + 7) >> 3, channels = s.out.channels;
  const bool narrow = s.quads <= MAX_TERMS;
  for (s32 q = 0; q < s.quads; q++)
    table_of_rows(s.inner + first + 4 * q * row, row, count, s.block << 1, s.tables + q * table);
  for (s32 t = 0; t < channels; t += SUM_ROWS) {
    const s32 rows = least(SUM_ROWS, channels - t);
    const u16 *at = s.stream_u + t * s.quads;
    if (!s.streamed) {
      find_entries(s.signs_u + t * bytes, bytes, rows, 0, 1, s.quads, s.quads, s.block, s.offsets, s.stream);
      at = s.stream;
    }
    sign_sums(at, s.quads, s.quads, rows, s.tables, table * MAX_TERMS, count, s.sums_u, true, narrow);
    for (s32 i = 0; i < rows; i++)
      to_output(s.sums_u + i * (count << (narrow ? 1 : 2)), narrow, t + i, count, s.outputs + first * channels + t + i);
  }
}

/** strip.ts and strip-scratch.ts: the geometry, and the parts of the layer's scratch. */
static void open(const u8 *layer) {
  s.layer = layer;
  s.in = tensor(U16(layer + L_INPUT));
  s.out = tensor(U16(layer + L_OUTPUT));
  s.stride_y = U8(layer + L_STRIDE_HEIGHT), s.stride_x = U8(layer + L_STRIDE_WIDTH);
  s.pad_top = U8(layer + L_PAD_TOP), s.pad_left = U8(layer + L_PAD_LEFT);
  s.taps_high = U16(layer + L_KERNEL_HEIGHT), s.taps_wide = U16(layer + L_KERNEL_WIDTH);
  s.taps = s.taps_high * s.taps_wide;
  s.groups = ((s.in.channels + 7) >> 3) << 1;
  s.rank = U16(layer + L_RANK);
  s.quads = ((s.rank + 7) >> 3) << 1;
  s.batch = U16(layer + L_BATCH);
  s.strip_rows = U8(layer + L_STRIP_ROWS), s.strip_columns = U8(layer + L_STRIP_COLUMNS);
  s.shift_m = U8(layer + L_SHIFT_M), s.shift_r = U8(layer + L_SHIFT_R);
  s.low = S8(layer + L_ACTIVATION_MIN), s.high = S8(layer + L_ACTIVATION_MAX);
  const u32 second = U16(layer + L_INPUT2);
  s.residual = second == NO_TENSOR ? 0 : (const u8 *)tensor(second).values;
  s.parameters = (const s32 *)(model + U32(layer + L_PARAMETERS));
  s.target_zero = s.residual ? s.parameters[ADD_ZERO_1] : s.out.zero;
  s.signs = model + U32(layer + L_WEIGHTS);
  s.signs_u = model + U32(layer + L_WEIGHTS_U);

  s.pitch = length(s.strip_columns, s.taps_wide, s.stride_x);
  s.turns = s.strip_rows == 1 && s.taps_high > 1 && s.batch >= s.groups;
  s.plane_rows = s.turns ? 1 : length(s.strip_rows, s.taps_high, s.stride_y);
  s.planes_across = least(s.taps_wide, s.stride_x);
  s.planes = (s.turns ? 1 : least(s.taps_high, s.stride_y)) * s.planes_across;
  const s32 span = (s.strip_rows - 1) * s.pitch + s.strip_columns;
  s.row_length = vectors(span);
  s.pixels = vectors(s.planes * s.plane_rows * s.pitch + s.row_length - span);
  s.live = length(1, s.taps_high, s.stride_y);
  s.together = s.batch >= s.groups && !s.turns ? SUM_ROWS : 0;

  const s32 terms = s.groups * s.taps, channels = s.out.channels, pixel_u = 32 * s.quads + SUM_ROWS * (s.quads <= 64 ? 2 : 4);
  s.sign_bytes = terms >> 1;
  s.narrow = terms <= MAX_TERMS;
  s.sum_row = s.row_length << (s.narrow ? 1 : 2);
  u8 *start = arena() + U32(layer + L_SCRATCH);
  s.words = (Words *)start;
  s.centres = (s32 *)(s.words + channels);
  s.offsets = (u32 *)(s.centres + s.rank);
  s.staged = (const u8 **)(s.offsets + s.taps);
  s.pixel = (u8 *)(s.staged + s.pixels);
  s.tables = aligned(s.pixel + s.in.channels);
  const s32 own = 32 * s.batch * s.pixels;
  const s32 work = most(own + (s.batch >= s.groups ? SUM_ROWS : s.rank) * s.sum_row, 8 * pixel_u);
  s.sums = s.tables + own;
  s.kept = s.tables + work;
  s.inner = (u16 *)(s.kept + (s.turns ? s.rank * s.sum_row * s.live : 0));
  s.outputs = (s8 *)(s.inner + 4 * s.quads * s.row_length);
  s.stream = (u16 *)aligned(s.outputs + channels * s.row_length);
  s.streamed = start + U32(layer + L_SCRATCH_BYTES) - (u8 *)s.stream >= 2 * (s.rank * terms + channels * s.quads);
  s.block = least(least(s.row_length, MAX_BLOCK), (work / pixel_u) & -8);
  s.sums_u = s.tables + s.block * (s.quads << 5);
}

/** What is found once a layer: where taps, rows of signs and channels find theirs. */
static void prepare(void) {
  const s32 inputs = s.groups * s.taps << 2, bytes = (s.rank + 7) >> 3;
  tap_offsets(s.offsets);
  u16 *to = s.stream;
  if (s.streamed) {
    for (s32 group = 0; group < s.groups; group += s.batch)
      to = find_entries(s.signs + (group >> 1), s.sign_bytes, s.rank, 0, s.taps, s.groups,
                        least(s.batch, s.groups - group), s.pixels, s.offsets, to);
    s.stream_u = to;
    find_entries(s.signs_u, bytes, s.out.channels, 0, 1, s.quads, s.quads, s.block, s.offsets, to);
  }
  open_words();
  for (s32 k = 0; k < s.rank; k++) {
    const s32 ones = count_ones(s.signs + k * s.sign_bytes, s.groups * s.taps);
    s.centres[k] = 127 * inputs + ones + s.in.zero * (2 * ones - inputs);
  }
  for (u16 *at = s.inner + s.rank * s.row_length; (s8 *)at < s.outputs;) *at++ = 128;
}

static void semi_binary(const u8 *layer) {
  open(layer);
  prepare();
  for (s32 ox = 0; ox < s.out.width; ox += s.strip_columns) {
    s.down = 0;
    for (s32 oy = 0; oy < s.out.height; oy += s.strip_rows) {
      conv_v(strip_sums(oy, ox));
      for (s32 p = 0; p < s.row_length; p += s.block) conv_u(p, least(s.block, s.row_length - p));
      store_strip(oy, ox);
    }
  }
}

static void step(u32 index) {
  const u8 *layer = model + U32(model + H_LAYERS) + index * LAYER_BYTES;
  if (U8(layer + L_KIND) == KIND_SEMI_BINARY) semi_binary(layer);
  else wasm_step(index);
}

static void run(void) {
  for (u32 i = 0; i < U32(model + H_LAYER_COUNT); i++) step(i);
}
