// The runtime as one file of C: the module on a static array, the model read from its constant array.
#include "halfbit.h"

#include "memory.h"

#include "sums.h"

#ifndef HALFBIT_SELF_TEST
#define HALFBIT_SELF_TEST 1
#endif

enum { STATUS_MEMORY = 17 }; // docs/errors.md

/** The module's import: bytes of the model file, into linear memory. */
static void host_read(u32 offset, u32 address, u32 bytes) {
  if (offset > HALFBIT_MODEL_BYTES || bytes > HALFBIT_MODEL_BYTES - offset) trap();
  if (address > MEMORY_BYTES || bytes > MEMORY_BYTES - address) trap();
  memcpy(linear_memory + address, (const u8 *)halfbit_model + offset, bytes);
}

#include "runtime.h"

int halfbit_init(void) {
  int status;
  set_up();
  if (wasm_reserve(HALFBIT_MEMORY_BYTES) == 0) return STATUS_MEMORY;
  status = (int)wasm_load(HALFBIT_MODEL_BYTES);
#if HALFBIT_HAS_SELF_TEST && HALFBIT_SELF_TEST
  if (status == 0) status = (int)wasm_selfTest();
#endif
  return status;
}

int8_t *halfbit_input(void) { return (int8_t *)linear_memory + wasm_input(); }

int halfbit_run(void) { return (int)wasm_run(); }

const int8_t *halfbit_output(void) { return (const int8_t *)linear_memory + wasm_output(); }
