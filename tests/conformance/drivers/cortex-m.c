// The batch on a Cortex-M: the module as `halfbit bundle` translates it, with the emulator's semihosting for files. The
// folder is the one in which the emulator was started.
#include "batch.h"

#define HALFBIT_GROWS
#define HALFBIT_TRAP() fail("trap", "")
#include "memory.h"

#include "sums.h"

static u32 pages = 1;

static u32 memory_size(void) { return pages; }

static u32 memory_grow(u32 more) {
  const u32 before = pages;
  if (more > MEMORY_BYTES / 65536 - before) return (u32)-1;
  pages += more;
  return before;
}

#include "runtime.h"

#define NONE(name) if (strcmp(function, #name) == 0) return wasm_##name()
#define ONE(name) if (strcmp(function, #name) == 0) return wasm_##name(argument)

static uint32_t call(const char *function, uint32_t count, uint32_t argument) {
  ONE(reserve);
  ONE(load);
  NONE(input);
  NONE(layerCount);
  ONE(step);
  ONE(layerOutput);
  ONE(layerOutputBytes);
  fail(function, "is not exported");
  return 0;
}

static uint32_t memory_bytes(void) { return pages * 65536; }

static void reset(void) {
  extern void initialise_monitor_handles(void);
#if !__ARM_FEATURE_UNALIGNED
  *(volatile uint32_t *)0xe000ed14 |= 8; // CCR.UNALIGN_TRP: fault, as a core does that has no unaligned accesses
#endif
  initialise_monitor_handles();
  set_up();
  batch(".");
  exit(0);
}

/** frame: what the core pushed. */
__attribute__((used)) static void fault(const uint32_t *frame) {
  char at[12];
  snprintf(at, sizeof at, "%x", (unsigned)frame[6]);
  fail("fault at", at);
}

__attribute__((naked)) static void any_fault(void) { __asm__("mrs r0, msp\n ldr r1, =fault\n bx r1"); }

extern uint8_t stack_top[];
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_top, reset, any_fault, any_fault, any_fault, any_fault, any_fault,
};
