// Start-up, semihosting and SysTick of an ARMv6-M or ARMv7-M core.
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CCR REGISTER(0xe000ed14)
#define UNALIGN_TRP (1u << 3)
#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define LARGEST 0xffffffu
#define INSTRUCTIONS_PER_TICK 40 // of 1 ns, at 25 MHz

extern uint8_t stack_top[];
int main(void);

static uint32_t semihost(uint32_t call, const void *argument) {
  register uint32_t r0 __asm__("r0") = call;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void print(const char *text) { semihost(0x04, text); }

_Noreturn void stop(void) {
  semihost(0x18, (void *)0x20026); // the application ended
  for (;;) {
  }
}

void report(const char *name, uint32_t value) {
  char digits[12];
  char *at = digits + sizeof digits;
  *--at = 0;
  *--at = '\n';
  do *--at = '0' + value % 10;
  while ((value /= 10) != 0);
  print(name);
  print(" ");
  print(at);
}

void start_count(void) {
  SYST_RVR = LARGEST;
  SYST_CVR = 0;
  SYST_CSR = 5; // the core's clock, no interrupt
}

uint32_t end_count(void) { return (LARGEST - SYST_CVR) * INSTRUCTIONS_PER_TICK; }

/** frame: what the core pushed. */
__attribute__((used)) void fault(const uint32_t *frame) {
  report("fault", frame[6]);
  stop();
}

__attribute__((naked)) static void any_fault(void) {
  __asm__("mrs r0, msp\n ldr r1, =fault\n bx r1");
}

static void reset(void) {
#if !__ARM_FEATURE_UNALIGNED
  CCR |= UNALIGN_TRP; // as on a core that has no unaligned accesses
#endif
  main();
  stop();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_top, reset, any_fault, any_fault, any_fault, any_fault, any_fault,
};
