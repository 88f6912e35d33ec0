// The batch in wasm3: `wasm3 MODULE FOLDER`.
#include "batch.h"
#include "wasm3.h"

static IM3Runtime runtime;

static void check(const char *what, M3Result result) {
  if (result) fail(what, result);
}

static uint32_t call(const char *name, uint32_t count, uint32_t argument) {
  IM3Function function;
  check(name, m3_FindFunction(&function, runtime, name));
  check(name, m3_Call(function, count, (const void *[]){&argument}));
  uint32_t result;
  check(name, m3_GetResultsV(function, &result));
  return result;
}

static uint8_t *memory(void) {
  uint32_t bytes;
  return m3_GetMemory(runtime, &bytes, 0);
}

static uint32_t memory_bytes(void) { return m3_GetMemorySize(runtime); }

int main(int count, char **arguments) {
  if (count != 3) fail("usage", "wasm3 MODULE FOLDER");
  uint32_t bytes;
  const uint8_t *wasm = read_file(arguments[1], &bytes);
  IM3Environment environment = m3_NewEnvironment();
  runtime = m3_NewRuntime(environment, 16 * 1024, NULL);
  IM3Module module;
  check("module", m3_ParseModule(environment, &module, wasm, bytes));
  check("module", m3_LoadModule(runtime, module));
  batch(arguments[2]);
}
