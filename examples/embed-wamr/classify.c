// A digit classified in WAMR, its fast interpreter. All memory is fixed: the module and the model are constants, which a
// device keeps in flash, and the engine, with the linear memory of the module, has a pool of its own and asks for no more.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wasm_export.h"

static const uint8_t MODULE[] = {
#include "module.inc"
};
static const uint8_t MODEL[] = {
#include "model.inc"
};

static uint8_t pool[192 * 1024];
static wasm_module_inst_t instance;
static wasm_exec_env_t environment;

/** Calls an export with no argument or one; all of them return an int32. */
static uint32_t call(const char *name, uint32_t count, uint32_t argument) {
  uint32_t cell = argument; // the engine puts the result into it
  wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name, NULL);
  if (function && wasm_runtime_call_wasm(environment, function, count, &cell)) return cell;
  fprintf(stderr, "%s: %s\n", name, function ? wasm_runtime_get_exception(instance) : "is not exported");
  return UINT32_MAX;
}

/** An address of the module's as one of ours. */
static void *at(uint32_t address) { return wasm_runtime_addr_app_to_native(instance, address); }

static int start(char *error, uint32_t bytes) {
  RuntimeInitArgs options = {.mem_alloc_type = Alloc_With_Pool};
  options.mem_alloc_option.pool.heap_buf = pool;
  options.mem_alloc_option.pool.heap_size = sizeof pool;
  if (!wasm_runtime_full_init(&options)) return snprintf(error, bytes, "the pool is too small");
  wasm_module_t module = wasm_runtime_load(MODULE, sizeof MODULE, error, bytes);
  if (!module) return -1;
  instance = wasm_runtime_instantiate(module, 8 * 1024, 0, error, bytes);
  if (!instance) return -1;
  environment = wasm_runtime_create_exec_env(instance, 8 * 1024);
  return environment ? 0 : snprintf(error, bytes, "the pool is too small");
}

/** Loads the model, which the runtime verifies. */
static int load(void) {
  const uint32_t address = call("reserve", 1, sizeof MODEL);
  if (address == 0 || address == UINT32_MAX) return -1;
  memcpy(at(address), MODEL, sizeof MODEL);
  return (int)call("load", 1, sizeof MODEL);
}

/** 28 × 28 grey values from 0 to 255; the model takes them less 128. */
static int read_digit(const char *path, int8_t *input, uint32_t count) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  uint32_t read = 0;
  for (int grey; read < count && (grey = fgetc(file)) != EOF; read++) input[read] = (int8_t)(grey - 128);
  fclose(file);
  return read == count ? 0 : -1;
}

int main(int count, char **arguments) {
  char error[128] = "";
  if (count != 2) return fprintf(stderr, "usage: classify DIGIT\n"), 2;
  if (start(error, sizeof error) != 0) return fprintf(stderr, "WAMR: %s\n", error), 1;
  if (load() != 0) return fprintf(stderr, "the model is refused\n"), 1;
  if (read_digit(arguments[1], at(call("input", 0, 0)), call("inputBytes", 0, 0)) != 0)
    return fprintf(stderr, "%s: no 28 × 28 bytes\n", arguments[1]), 1;
  if (call("run", 0, 0) != 0) return 1;

  const int8_t *scores = at(call("output", 0, 0));
  uint32_t best = 0;
  for (uint32_t i = 1; i < call("outputBytes", 0, 0); i++)
    if (scores[i] > scores[best]) best = i;
  printf("%u %.3f\n", (unsigned)best, (scores[best] + 128) / 256.0); // the output's scale and zero point
  return 0;
}
