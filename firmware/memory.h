// What the translated module needs: its linear memory, loads and stores of it, and the operations that C has no operator
// for. The memory is a static array; SLACK behind it is more than the constant that an access adds to its base, so that
// looking at the base is enough.
#include <string.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

#ifdef __GNUC__
#define UNLIKELY(condition) __builtin_expect(condition, 0)
#define ALIASING __attribute__((may_alias))
#define ALIGNED __attribute__((aligned(16)))
#define ALWAYS_INLINE __attribute__((always_inline))
#define DEAD_END __attribute__((cold, noreturn, noinline))
#else
#define UNLIKELY(condition) (condition)
#define ALIASING // such a compiler must not take accesses by types for distinct, or be told not to
#define ALIGNED
#define ALWAYS_INLINE
#define DEAD_END
#endif

/** How accesses are kept inside the memory. A verified model makes none that is not; this is for what nobody expects. */
#define CHECKS_STORES 1 // what would be stored outside ends in HALFBIT_TRAP; a load comes from at most MASKED_BYTES on
#define CHECKS_ALL 2    // loads outside end there as well
#define CHECKS_MASK 3   // the memory has MASKED_BYTES, a power of two, and every address is taken modulo that
#define CHECKS_NONE 4
#ifndef HALFBIT_CHECKS
#define HALFBIT_CHECKS CHECKS_STORES
#endif

/** What happens where the module would leave its memory, or divide by zero; it must not return. */
#ifndef HALFBIT_TRAP
#define HALFBIT_TRAP() \
  for (;;) {           \
  }
#endif

#define SLACK 80

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "WebAssembly's memory, and so the model, is little-endian"
#endif

#if HALFBIT_CHECKS == CHECKS_MASK
#define MEMORY_BYTES HALFBIT_MASKED_BYTES
#else
/** To 8 significant bits, an operand within ARM's comparison. A Cortex-M0+ has none so large. */
#if __ARM_ARCH_6M__ || HALFBIT_MASKED_BYTES < 256
#define MEMORY_STEP 1u
#else
#define MEMORY_STEP (HALFBIT_MASKED_BYTES / 256u)
#endif
#define MEMORY_BYTES ((HALFBIT_MEMORY_BYTES + MEMORY_STEP - 1u) / MEMORY_STEP * MEMORY_STEP)
#endif

/**
 * HALFBIT_ALIGNED=1: the linker puts .bss.halfbit at a multiple of 64 KB, where most RAMs begin. A Cortex-M4 then masks to
 * those and adds the array's address in one instruction, PKHBT: half of the base, half of the address.
 */
#ifndef HALFBIT_ALIGNED
#define HALFBIT_ALIGNED 0
#endif
#if HALFBIT_ALIGNED && __ARM_FEATURE_DSP && HALFBIT_MASKED_BYTES <= 65536 && \
    (HALFBIT_CHECKS == CHECKS_STORES || (HALFBIT_CHECKS == CHECKS_MASK && MEMORY_BYTES == 65536))
#define HALVES 1
#else
#define HALVES 0
#endif

#if HALVES
static u8 linear_memory[MEMORY_BYTES + SLACK] __attribute__((aligned(65536), section(".bss.halfbit")));
#elif defined __GNUC__
static u8 linear_memory[MEMORY_BYTES + SLACK] ALIGNED __attribute__((section(".bss.halfbit")));
#else
static u64 linear_words[(MEMORY_BYTES + SLACK + 7) / 8];
#define linear_memory ((u8 *)linear_words)
#endif

DEAD_END static void trap(void) { HALFBIT_TRAP(); }

/** The array, as an address that the compiler does not know: it would keep a constant in a register for every offset. */
static inline u8 *memory(void) {
#ifdef __GNUC__
  u8 *p;
  __asm__("" : "=r"(p) : "0"(linear_memory));
  return p;
#else
  return linear_memory;
#endif
}

static inline u8 *masked(u32 base) {
#if HALVES
  u8 *p;
  __asm__("pkhbt %0, %1, %2" : "=r"(p) : "r"(base), "r"(linear_memory));
  return p;
#elif __ARM_ARCH_6M__ && HALFBIT_MASKED_BYTES == 65536
  __asm__("uxth %0, %1" : "=l"(base) : "l"(base)); // for which GCC has two shifts
  return memory() + base;
#else
  return memory() + (base & (HALFBIT_MASKED_BYTES - 1u));
#endif
}

static inline u8 *compared(u32 base) {
  if (UNLIKELY(base >= MEMORY_BYTES)) trap();
  return HALVES ? masked(base) : memory() + base;
}

#if HALFBIT_CHECKS == CHECKS_STORES
#define STORED compared
#define LOADED masked
#elif HALFBIT_CHECKS == CHECKS_ALL
#define STORED compared
#define LOADED compared
#elif HALFBIT_CHECKS == CHECKS_MASK
#define STORED masked
#define LOADED masked
#else
#define STORED(base) (memory() + (base))
#define LOADED STORED
#endif

#define LOAD(name, stored, type)                          \
  typedef stored ALIASING name##_stored;                  \
  static inline type name(u32 base, u32 offset) {         \
    return *(const name##_stored *)(LOADED(base) + offset); \
  }
#define STORE(name, stored, type)                             \
  typedef stored ALIASING name##_stored;                      \
  static inline void name(u32 base, u32 offset, type value) { \
    *(name##_stored *)(STORED(base) + offset) = (stored)value; \
  }

LOAD(i32_load8_u, u8, u32)
LOAD(i32_load8_s, s8, u32)
LOAD(i32_load16_u, u16, u32)
LOAD(i32_load16_s, s16, u32)
LOAD(i32_load, u32, u32)
LOAD(i64_load8_u, u8, u64)
LOAD(i64_load8_s, s8, u64)
LOAD(i64_load16_u, u16, u64)
LOAD(i64_load16_s, s16, u64)
LOAD(i64_load32_u, u32, u64)
LOAD(i64_load32_s, s32, u64)
LOAD(i64_load, u64, u64)
STORE(i32_store8, u8, u32)
STORE(i32_store16, u16, u32)
STORE(i32_store, u32, u32)
STORE(i64_store8, u8, u64)
STORE(i64_store16, u16, u64)
STORE(i64_store32, u32, u64)
STORE(i64_store, u64, u64)

#ifndef HALFBIT_GROWS // else the host has them, with a memory of whole pages
static inline u32 memory_size(void) { return (MEMORY_BYTES + 65535u) / 65536u; }
static inline u32 memory_grow(u32 pages) { return pages == 0 ? memory_size() : (u32)-1; }
#endif

/** A divisor that is zero, or a quotient beyond int32, never comes from a verified model. */
static inline s32 divisor(u32 x, u32 y) {
  if (UNLIKELY(y == 0 || (y == (u32)-1 && x == 0x80000000u))) trap();
  return (s32)y;
}
#define I32_DIV_S(x, y) ((u32)((s32)(x) / divisor(x, y)))
#define I32_REM_S(x, y) ((u32)((s32)(x) % divisor(x, y)))
#define DIV_U(x, y) ((x) / (u32)divisor(0, y))
#define REM_U(x, y) ((x) % (u32)divisor(0, y))

/** GCC takes values below and above apart, each on a path of its own, before it would see a saturation. */
static inline u32 TO_INT8(u32 x) {
#if __ARM_FEATURE_SAT
  __asm__("ssat %0, #8, %1" : "=r"(x) : "r"(x));
  return x;
#else
  return (s32)x < -128 ? (u32)-128 : (s32)x > 127 ? 127u : x;
#endif
}

static inline u32 I32_POPCNT(u32 x) {
  x -= x >> 1 & 0x55555555u;
  x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
  return ((x + (x >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}
static inline u64 I64_POPCNT(u64 x) { return I32_POPCNT((u32)x) + I32_POPCNT((u32)(x >> 32)); }

#ifdef __GNUC__
#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#else
static inline u32 I32_CLZ(u32 x) {
  u32 zeros = 32;
  for (; x; x >>= 1) zeros--;
  return zeros;
}
#endif
