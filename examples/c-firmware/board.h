// What a measurement needs of the board: text out, an end, and a clock of instructions.
#pragma once
#include <stdint.h>

/** Prints a line "name value". */
void report(const char *name, uint32_t value);

/** Ends the emulator. */
_Noreturn void stop(void);

/** Begins to count. */
void start_count(void);

/** Instructions since then, a multiple of 40; at most 671 million. */
uint32_t end_count(void);
