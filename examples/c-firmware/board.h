// What a program needs of the board.
#pragma once
#include <stdint.h>

void print(const char *text);
void print_number(uint32_t value);

/** Bytes of stack that have been written since the start. */
uint32_t stack_used(void);

/** Ends the emulator. */
_Noreturn void stop(void);
