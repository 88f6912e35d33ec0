// Sums of table entries, as assembly/host.ts says, two pixels a word: a lane never carries into the next.

/** Sums of two pixels. */
typedef u32 ALIASING lanes;

#if defined(__GNUC__) && defined(__thumb__) && __ARM_ARCH >= 6 && !defined(HALFBIT_PLAIN_SUMS)
#define BY_HAND
// In r6 … r12 and lr are 8 sums, in r2 … r4 words of an entry, which r5 points to. ADD of two registers sets no flags.
#define ADD_SIX                                                                                                 \
  "ldm r5!, {r2-r4}\n add r6, r2\n add r7, r3\n add r8, r4\n"                                                   \
  "ldm r5!, {r2-r4}\n add r9, r2\n add r10, r3\n add r11, r4\n"
#define ADD_EIGHT ADD_SIX "ldm r5!, {r2, r3}\n add r12, r2\n add lr, r3\n"
#if HALFBIT_CHECKS == CHECKS_MASK
#define MASK (HALFBIT_MASKED_BYTES - 1u)
#define MASKED "ldr r2, [sp, #60]\n ands r5, r2\n ldr r2, [sp, #64]\n add r5, r2\n"
#else
#define MASK 0
#define MASKED ""
#endif
/** Entries of the table r1 by pairs of offsets from r0 to what stands in the stack. */
#define LOOP(end, add)                                                                                          \
  "1: ldrh r5, [r0]\n add r5, r1\n" MASKED add "ldrh r5, [r0, #2]\n adds r0, #4\n add r5, r1\n" MASKED add      \
  "ldr r2, [sp, #" end "]\n cmp r0, r2\n bne 1b\n"
#if __ARM_FEATURE_UNALIGNED
#define ENTER "push {r0-r12, lr}\n ldm r0, {r6-r12, lr}\n"
#define LEAVE "stm r0, {r6-r12, lr}\n pop {r0-r12, pc}\n"
/** LDR takes any address, LDM does not. */
#define ADD_LATE                                                                                                \
  "ldr r2, [r5, #2]\n ldr r3, [r5, #6]\n ldr r4, [r5, #10]\n add r6, r2\n add r7, r3\n add r8, r4\n"            \
  "ldr r2, [r5, #14]\n ldr r3, [r5, #18]\n ldr r4, [r5, #22]\n add r9, r2\n add r10, r3\n add r11, r4\n"        \
  "ldr r2, [r5, #26]\n ldr r3, [r5, #30]\n add r12, r2\n add lr, r3\n"
#define ADD_ODD LOOP("56", ADD_LATE)
#else
#if defined(__clang__) || defined(__thumb2__)
#define SYNTAX
#else
#define SYNTAX ".syntax divided\n" // what GCC writes for Thumb-1
#endif
#define ENTER                                                                                                   \
  ".syntax unified\n push {r4-r7, lr}\n mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n"                  \
  "push {r3-r7}\n push {r0-r3}\n ldm r0!, {r6, r7}\n ldm r0!, {r3-r5}\n"                                        \
  "mov r8, r3\n mov r9, r4\n mov r10, r5\n ldm r0!, {r3-r5}\n mov r11, r3\n mov r12, r4\n mov lr, r5\n"
#define LEAVE                                                                                                   \
  "stm r0!, {r6, r7}\n mov r3, r8\n mov r4, r9\n mov r5, r10\n stm r0!, {r3-r5}\n"                              \
  "mov r3, r11\n mov r4, r12\n mov r5, lr\n stm r0!, {r3-r5}\n"                                                 \
  "add sp, #20\n pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n pop {r4-r7, pc}\n" SYNTAX
#define CLEAR                                                                                                   \
  "movs r6, #0\n movs r7, #0\n mov r8, r6\n mov r9, r6\n mov r10, r6\n mov r11, r6\n mov r12, r6\n mov lr, r6\n"
/** And a ninth sum, of which one pixel is wanted. */
#define ADD_NINE                                                                                                \
  ADD_SIX "ldm r5!, {r2-r4}\n add r12, r2\n add lr, r3\n ldr r2, [sp, #16]\n add r2, r4\n str r2, [sp, #16]\n"
#define SHIFT(sum, next) "lsrs " sum ", #16\n lsls r2, " next ", #16\n orrs " sum ", r2\n"
#define SHIFT_ALL                                                                                               \
  SHIFT("r6", "r7") "mov r3, r8\n" SHIFT("r7", "r3") "mov r4, r9\n" SHIFT("r3", "r4") "mov r8, r3\n"            \
  "mov r3, r10\n" SHIFT("r4", "r3") "mov r9, r4\n mov r4, r11\n" SHIFT("r3", "r4") "mov r10, r3\n"              \
  "mov r3, r12\n" SHIFT("r4", "r3") "mov r11, r4\n mov r4, lr\n" SHIFT("r3", "r4") "mov r12, r3\n"              \
  "ldr r3, [sp, #16]\n" SHIFT("r4", "r3") "mov lr, r4\n"
#define ADD_ODD CLEAR "str r6, [sp, #16]\n" LOOP("56", ADD_NINE) SHIFT_ALL "ldr r5, [sp]\n" ADD_EIGHT
#endif

/**
 * Adds entries from `table` on to 8 sums: by the offsets from `next` to `middle`, and those that begin a pixel early by the
 * offsets from there to `end`; pairs of both. An entry takes 15 instructions; GCC takes twice as many. With CHECKS_MASK the
 * table is an address of the module's, else a pointer, and then no address of an entry is looked at here.
 */
static __attribute__((naked, noinline)) void add_8(lanes *sums, uintptr_t table, const u8 *next, const u8 *middle,
                                                   const u8 *end, u32 mask, const u8 *memory) {
  __asm__(ENTER "ldr r0, [sp, #12]\n ldr r2, [sp, #56]\n cmp r0, r2\n beq 2f\n" ADD_ODD
          "2: ldr r0, [sp, #8]\n ldr r2, [sp, #12]\n cmp r0, r2\n beq 3f\n" LOOP("12", ADD_EIGHT)
          "3: ldr r0, [sp]\n" LEAVE);
}
#endif

/** Adds an entry for each offset from `from` to `end` to `words` sums. */
static inline ALWAYS_INLINE void add_words(u32 *sums, u32 words, u32 tables, u32 from, u32 end) {
  for (; from != end; from += 2) {
    const u32 entry = tables + i32_load16_u(from, 0);
    for (u32 i = 0; i < words; i++) sums[i] += i32_load(entry, 4 * i);
  }
}

/** Adds to 4 or 8 sums; a constant, so that they stand in registers. */
static inline ALWAYS_INLINE void add_entries(lanes *sums, u32 words, u32 tables, u32 next, u32 middle, u32 end) {
#ifdef BY_HAND
  if (words == 8) {
#if HALFBIT_CHECKS == CHECKS_ALL
    for (u32 at = next; at != next + end; at += 2) compared(tables + i32_load16_u(at, 0));
#endif
    const uintptr_t table = HALFBIT_CHECKS == CHECKS_MASK ? tables : (uintptr_t)LOADED(tables);
    const u8 *const offsets = LOADED(next);
    add_8(sums, table, offsets, offsets + middle, offsets + end, MASK, linear_memory);
    return;
  }
#endif
  u32 own[9] = {0};
  add_words(own, words + 1, tables, next + middle, next + end);
  for (u32 i = 0; i < words; i++) own[i] = own[i] >> 16 | own[i + 1] << 16;
  add_words(own, words, tables, next, next + middle);
  for (u32 i = 0; i < words; i++) sums[i] += own[i];
}

/** Of 2 · `words` pixels of each row. */
static inline ALWAYS_INLINE void sum_rows(u32 words, u32 entries, u32 bytes, u32 middle, u32 end, u32 rows, u32 tables,
                                          u32 to, u32 row, u32 fresh, u32 narrow) {
  for (; rows != 0; rows--, entries += bytes, to += row) {
    lanes own[8], *const stored = (lanes *)STORED(to), *const sums = narrow ? stored : own;
    if (fresh || !narrow)
      for (u32 i = 0; i < words; i++) sums[i] = 0;
    add_entries(sums, words, tables, entries, middle, end);
    if (!narrow)
      for (u32 i = 0; i < words; i++) {
        stored[2 * i] = (own[i] & 0xffff) + (fresh ? 0 : stored[2 * i]);
        stored[2 * i + 1] = (own[i] >> 16) + (fresh ? 0 : stored[2 * i + 1]);
      }
  }
}

/** The module's import. */
static void host_sums(u32 entries, u32 bytes, u32 middle, u32 end, u32 rows, u32 tables, u32 pixels, u32 to, u32 row,
                      u32 fresh, u32 narrow) {
  for (; pixels >= 16; pixels -= 16, tables += 32, to += narrow ? 32 : 64)
    sum_rows(8, entries, bytes, middle, end, rows, tables, to, row, fresh, narrow);
  if (pixels != 0) sum_rows(4, entries, bytes, middle, end, rows, tables, to, row, fresh, narrow);
}
