// Counts instructions, and prints what was counted: at `-icount shift=0` QEMU makes an instruction a nanosecond.
#pragma once
#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define LARGEST 0xffffffu
#define INSTRUCTIONS_PER_TICK 40 // of 1 ns, at 25 MHz

/** Begins to count. */
static void start_count(void) {
  SYST_RVR = LARGEST;
  SYST_CVR = 0;
  SYST_CSR = 5; // the core's clock, no interrupt
}

/** Instructions since then, a multiple of 40; at most 671 million. */
static uint32_t end_count(void) { return (LARGEST - SYST_CVR) * INSTRUCTIONS_PER_TICK; }

/** Prints a line "name value". */
static void report(const char *name, uint32_t value) {
  print(name);
  print(" ");
  print_number(value);
  print("\n");
}
