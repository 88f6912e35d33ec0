// Tables of signed sums, and sums of their entries: tables.ts and sign-sums.ts in C, for plain-signs.h.
#pragma once
#include <stdbool.h>

#define MAX_TERMS 64
#define INLINE static inline __attribute__((always_inline))

/** 4 pixels of 16 bits, which never carry into each other (lanes.ts). */
typedef u64 Lanes;

INLINE s32 least(s32 a, s32 b) { return a < b ? a : b; }
INLINE s32 most(s32 a, s32 b) { return a > b ? a : b; }

INLINE u64 wide(u32 low, u32 high) { return (u64)high << 32 | low; }

/** LDR takes any address; LDRD and LDM, which the compiler makes of two aligned halves, do not. */
typedef u32 half __attribute__((aligned(2), may_alias));
typedef u16 __attribute__((may_alias)) quarter;

static __attribute__((noinline)) u64 between_words(const u8 *p) {
  const u32 middle = *(const u32 *)(p + 2);
  return wide(*(const quarter *)p | middle << 16, middle >> 16 | (u32)(*(const quarter *)(p + 6)) << 16);
}

/** 8 bytes of 2 bytes' alignment. */
INLINE Lanes lanes_at(const u8 *p) {
#if __ARM_FEATURE_UNALIGNED
  return wide(((const half *)p)[0], ((const half *)p)[1]);
#else
  return (uintptr_t)p & 3 ? between_words(p) : wide(((const u32 *)p)[0], ((const u32 *)p)[1]);
#endif
}

// sign-sums.ts

static u16 *find_entries(const u8 *bits, s32 bytes, s32 rows, s32 first, s32 end, s32 per_tap, s32 count, s32 pixels,
                         const u32 *offsets, u16 *to) {
  const s32 entry = pixels << 1, table = pixels << 5, row = (end - first) * count;
  for (s32 t = first; t < end; t++)
    for (s32 g = 0; g < count; g += 2, to += 2) {
      const u32 at = (offsets[t] + (g & (MAX_TERMS - 1)) * table) * 0x10001 + (table << 16);
      const u8 *byte = bits + ((t * per_tap + g) >> 1);
      u16 *p = to;
      for (s32 k = 0; k < rows; k++, p += row, byte += bytes)
        *(half *)p = at + (*byte & 15) * entry + (*byte >> 4) * (entry << 16);
    }
  return to + (rows - 1) * row;
}

INLINE void finish(Lanes sum, u8 *at, s32 i, bool fresh, bool narrow) {
  if (narrow) {
    ((Lanes *)at)[i] = sum;
    return;
  }
  u32 *to = (u32 *)at + 4 * i;
  const u32 a = (u16)sum, b = (u32)sum >> 16, c = (u16)(sum >> 32), d = (u32)(sum >> 48);
  to[0] = fresh ? a : to[0] + a;
  to[1] = fresh ? b : to[1] + b;
  to[2] = fresh ? c : to[2] + c;
  to[3] = fresh ? d : to[3] + d;
}

/** size: 2 or 4 vectors of pixels, a constant. */
INLINE void sum_entries(s32 size, const u16 *from, s32 stride, s32 count, s32 rows, const u8 *at, u8 *to, s32 row,
                        bool fresh, bool narrow) {
  const bool keep = narrow && !fresh;
  do {
    const Lanes *old = (const Lanes *)to;
    Lanes s0 = keep ? old[0] : 0, s1 = keep ? old[1] : 0;
    Lanes s2 = keep && size > 2 ? old[2] : 0, s3 = keep && size > 2 ? old[3] : 0;
    const u16 *next = from, *end = from + count;
    do {
      const u8 *p = at + next[0], *q = at + next[1];
      next += 2;
      s0 = s0 + lanes_at(p) + lanes_at(q);
      s1 = s1 + lanes_at(p + 8) + lanes_at(q + 8);
      if (size > 2) {
        s2 = s2 + lanes_at(p + 16) + lanes_at(q + 16);
        s3 = s3 + lanes_at(p + 24) + lanes_at(q + 24);
      }
    } while (next < end);
    finish(s0, to, 0, fresh, narrow);
    finish(s1, to, 1, fresh, narrow);
    if (size > 2) {
      finish(s2, to, 2, fresh, narrow);
      finish(s3, to, 3, fresh, narrow);
    }
    from += stride;
    to += row;
  } while (--rows > 0);
}

static __attribute__((noinline)) void sum2(const u16 *from, s32 stride, s32 count, s32 rows, const u8 *at, u8 *to,
                                           s32 row, bool fresh, bool narrow) {
  sum_entries(2, from, stride, count, rows, at, to, row, fresh, narrow);
}

static __attribute__((noinline)) void sum4(const u16 *from, s32 stride, s32 count, s32 rows, const u8 *at, u8 *to,
                                           s32 row, bool fresh, bool narrow) {
  sum_entries(4, from, stride, count, rows, at, to, row, fresh, narrow);
}

/** stride: offsets from a row of signs to the next; step: bytes from the tables of MAX_TERMS entries to the next. */
static void sign_sums(const u16 *entries, s32 stride, s32 count, s32 rows, const u8 *tables, s32 step, s32 pixels,
                      u8 *sums, bool fresh, bool narrow) {
  const s32 width = narrow ? 1 : 2;
  for (; count > 0; count -= MAX_TERMS, entries += MAX_TERMS, tables += step, fresh = false) {
    const s32 some = least(count, MAX_TERMS);
    const u8 *at = tables;
    u8 *to = sums;
    for (s32 left = pixels >> 2, size; left > 0; left -= size, at += 8 * size, to += (4 * size) << width) {
      size = left > 2 ? 4 : 2;
      if (size == 4) sum4(entries, stride, some, rows, at, to, pixels << width, fresh, narrow);
      else sum2(entries, stride, some, rows, at, to, pixels << width, fresh, narrow);
    }
  }
}

static s32 count_ones(const u8 *bits, s32 groups) {
  s32 ones = 0;
  for (s32 i = 0; i < groups >> 1; i++) ones += I32_POPCNT(bits[i]);
  return ones;
}

// tables.ts

INLINE u8 *four(Lanes a0, Lanes a1, Lanes b, u8 *to, u8 **opposite, s32 step) {
  const Lanes opposed = 0x03fc03fc03fc03fcull, first = a0 + b, second = a1 + b;
  *(Lanes *)to = first;
  *(Lanes *)*opposite = opposed - first;
  *opposite -= step;
  to += step;
  *(Lanes *)to = second;
  *(Lanes *)*opposite = opposed - second;
  *opposite -= step;
  return to + step;
}

static __attribute__((noinline)) void entries(Lanes u0, Lanes u1, Lanes u2, Lanes u3, u8 *to, s32 step) {
  const Lanes all = 0x00ff00ff00ff00ffull;
  const Lanes c0 = u0 ^ all, c1 = u1 ^ all, c2 = u2 ^ all, c3 = u3 ^ all;
  const Lanes a0 = c0 + c3, a1 = u0 + c3;
  u8 *opposite = to + 15 * step;
  to = four(a0, a1, c1 + c2, to, &opposite, step);
  to = four(a0, a1, u1 + c2, to, &opposite, step);
  to = four(a0, a1, c1 + u2, to, &opposite, step);
  four(a0, a1, u1 + u2, to, &opposite, step);
}

static void table_of_staged(const u8 *const *staged, s32 channel, s32 count, s32 pixels, u8 *to) {
  const s32 step = pixels << 1;
  const Lanes low = 0x00ff00ff00ff00ffull;
  for (const u8 *end = to + (count << 1); to < end; to += 8, staged += 4) {
    u32 x[4];
    for (s32 p = 0; p < 4; p++) x[p] = *(const u32 *)(staged[p] + channel) ^ 0x80808080u;
    const Lanes a = wide((u16)x[0] | x[1] << 16, (u16)x[2] | x[3] << 16);
    const Lanes b = wide(x[0] >> 16 | (x[1] >> 16 << 16), x[2] >> 16 | (x[3] >> 16 << 16));
    entries(a & low, a >> 8 & low, b & low, b >> 8 & low, to, step);
  }
}

static void table_of_rows(const u16 *from, s32 row, s32 pixels, s32 step, u8 *to) {
  for (const u8 *end = to + (pixels << 1); to < end; to += 8, from += 4)
    entries(*(const Lanes *)from, *(const Lanes *)(from + row), *(const Lanes *)(from + 2 * row),
            *(const Lanes *)(from + 3 * row), to, step);
}
