// Linear memory of the translated module: a static array of MEMORY_BYTES, a power of two. An address is masked to it, so
// that nothing else can be read or written; what runs a verified model never leaves it, so that the mask changes nothing.
// SLACK is more than any constant offset.

#if __ARM_FEATURE_DSP && MEMORY_BYTES == 65536
static u8 linear_memory[MEMORY_BYTES + SLACK] __attribute__((aligned(MEMORY_BYTES)));

/** Half of the base and half of the aligned array's address: PKHBT masks and adds in one instruction. */
static inline u8 *masked(u32 base) {
  u8 *p;
  __asm__("pkhbt %0, %1, %2" : "=r"(p) : "r"(base), "r"(linear_memory));
  return p;
}
#else
static u8 linear_memory[MEMORY_BYTES + SLACK] __attribute__((aligned(16)));

/** The array, as an address that the compiler does not know: it would keep a constant in a register for every offset. */
static inline u8 *memory(void) {
  u8 *p;
  __asm__("" : "=r"(p) : "0"(linear_memory));
  return p;
}

static inline u8 *masked(u32 base) {
#if __ARM_ARCH_6M__ && MEMORY_BYTES == 65536
  __asm__("uxth %0, %1" : "=l"(base) : "l"(base)); // for which GCC has two shifts
#else
  base &= MEMORY_BYTES - 1u;
#endif
  return memory() + base;
}
#endif

#define AT(base, offset) (masked(base) + (offset))

#define LOAD(name, stored, type) \
  static inline type name(u32 base, u32 offset) { return *(stored *)AT(base, offset); }
#define STORE(name, stored, type) \
  static inline void name(u32 base, u32 offset, type value) { *(stored *)AT(base, offset) = value; }

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
STORE(i32_store8, u8, u32)
STORE(i32_store16, u16, u32)
STORE(i32_store, u32, u32)
STORE(i64_store8, u8, u64)
STORE(i64_store16, u16, u64)
STORE(i64_store32, u32, u64)
STORE(i64_store, u64, u64)

static inline u64 wide(u32 low, u32 high) { return (u64)high << 32 | low; }

#if __ARM_FEATURE_UNALIGNED
/** LDR takes any address; LDRD and LDM, which the compiler makes of two aligned halves, do not. */
typedef u32 __attribute__((aligned(2))) half;
#else
typedef u32 half;

/** 8 bytes of 2 bytes' alignment. */
static __attribute__((noinline)) u64 between_words(const u8 *p) {
  const u32 middle = *(u32 *)(p + 2);
  return wide(*(u16 *)p | middle << 16, middle >> 16 | *(u16 *)(p + 6) << 16);
}
#endif

/** Sums are read at any pixel, 2 bytes' alignment; all else of the runtime is aligned. */
static inline u64 i64_load(u32 base, u32 offset) {
  const half *p = (const half *)AT(base, offset);
#if !__ARM_FEATURE_UNALIGNED
  if ((s32)((u32)p << 30) < 0) return between_words((const u8 *)p);
#endif
  return wide(p[0], p[1]);
}
