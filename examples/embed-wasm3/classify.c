// A digit classified in wasm3. All memory is fixed: the module and the model are constants, which a device keeps in flash,
// and the engine, with the linear memory of the module, has a heap of d_m3FixedHeap bytes (see the Makefile).
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wasm3.h"

static const uint8_t MODULE[] = {
#include "module.inc"
};
static const uint8_t MODEL[] = {
#include "model.inc"
};

#define STACK_BYTES (8 * 1024)
#define FAILED UINT32_MAX

static IM3Runtime runtime;

/** Calls an export with no argument or one; all of them return an int32. */
static uint32_t call(const char *name, uint32_t count, uint32_t argument) {
  IM3Function function;
  uint32_t value = 0;
  M3Result error = m3_FindFunction(&function, runtime, name);
  if (!error) error = m3_Call(function, count, (const void *[]){&argument});
  if (!error) error = m3_GetResultsV(function, &value);
  if (error) fprintf(stderr, "%s: %s\n", name, error);
  return error ? FAILED : value;
}

/** An address of the module's as one of ours. */
static void *at(uint32_t address) {
  uint32_t bytes;
  return m3_GetMemory(runtime, &bytes, 0) + address;
}

static M3Result start(void) {
  IM3Environment environment = m3_NewEnvironment();
  if (environment) runtime = m3_NewRuntime(environment, STACK_BYTES, NULL);
  if (!runtime) return "the heap is too small";
  IM3Module module;
  M3Result error = m3_ParseModule(environment, &module, MODULE, sizeof MODULE);
  return error ? error : m3_LoadModule(runtime, module);
}

/** Loads the model, which the runtime verifies. */
static int load(void) {
  const uint32_t address = call("reserve", 1, sizeof MODEL);
  if (address == 0 || address == FAILED) return -1;
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
  if (count != 2) return fprintf(stderr, "usage: classify DIGIT\n"), 2;
  M3Result error = start();
  if (error) return fprintf(stderr, "wasm3: %s\n", error), 1;
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
