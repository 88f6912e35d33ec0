// Start-up of an ARMv6-M or ARMv7-M core, text out through the debugger (semihosting), and how deep the stack went.
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CCR REGISTER(0xe000ed14)
#define UNALIGN_TRP (1u << 3)
#define PAINT 0x5a5a5a5au

extern uint32_t stack_bottom[], stack_top[];
int main(void);

static uint32_t semihost(uint32_t call, const void *argument) {
  register uint32_t r0 __asm__("r0") = call;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print(const char *text) { semihost(0x04, text); }

void print_number(uint32_t value) {
  char digits[11];
  char *at = digits + sizeof digits;
  *--at = 0;
  do *--at = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  print(at);
}

_Noreturn void stop(void) {
  semihost(0x18, (void *)0x20026); // the application ended
  for (;;) {
  }
}

uint32_t stack_used(void) {
  const volatile uint32_t *at = stack_bottom;
  while (at < stack_top && *at == PAINT) at++;
  return (uint32_t)((const uint8_t *)stack_top - (const uint8_t *)at);
}

/** frame: what the core pushed. */
__attribute__((used)) void fault(const uint32_t *frame) {
  print("fault ");
  print_number(frame[6]);
  print("\n");
  stop();
}

__attribute__((naked)) static void any_fault(void) {
  __asm__("mrs r0, msp\n ldr r1, =fault\n bx r1");
}

/** .data and .bss are where they belong: the emulator loads the one and clears the other. */
__attribute__((used)) static void begin(void) {
#if !__ARM_FEATURE_UNALIGNED
  CCR |= UNALIGN_TRP; // as on a core that has no unaligned accesses
#endif
  main();
  stop();
}

/** Paints the stack, which nothing has used yet. */
__attribute__((naked)) static void reset(void) {
  __asm__(
      "ldr r0, =stack_bottom\n ldr r1, =stack_top\n ldr r2, =0x5a5a5a5a\n"
      "1: str r2, [r0]\n add r0, #4\n cmp r0, r1\n blo 1b\n"
      "ldr r0, =begin\n bx r0\n .ltorg");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_top, reset, any_fault, any_fault, any_fault, any_fault, any_fault,
};
