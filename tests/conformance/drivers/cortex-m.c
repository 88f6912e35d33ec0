// The batch on a Cortex-M: the module as wasm2c translates it, with the emulator's semihosting for files. The folder is
// the one in which the emulator was started.
#include "halfbit.c"

#include "batch.h"

static Z_halfbit_instance_t instance;

void wasm_rt_trap(wasm_rt_trap_t trap) { fail("trap", ""); }

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t most) {
  memory->data = linear_memory;
  memory->size = MEMORY_BYTES;
  memory->pages = pages;
  memory->max_pages = most < MEMORY_BYTES / 65536 ? most : MEMORY_BYTES / 65536;
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  const uint32_t before = memory->pages;
  if (pages > memory->max_pages - before) return -1;
  memory->pages += pages;
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) {}
uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) { return 0; }

#define NONE(name) if (strcmp(function, #name) == 0) return Z_halfbitZ_##name(&instance)
#define ONE(name) if (strcmp(function, #name) == 0) return Z_halfbitZ_##name(&instance, argument)

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

static uint32_t memory_bytes(void) { return Z_halfbitZ_memory(&instance)->pages * 65536; }

static void start(void) {
  extern void initialise_monitor_handles(void);
#if !__ARM_FEATURE_UNALIGNED
  *(volatile uint32_t *)0xe000ed14 |= 8; // CCR.UNALIGN_TRP: fault, as a core does that has no unaligned accesses
#endif
  initialise_monitor_handles();
  Z_halfbit_init_module();
  Z_halfbit_instantiate(&instance);
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
    stack_top, start, any_fault, any_fault, any_fault, any_fault, any_fault,
};
