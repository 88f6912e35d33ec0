// The batch in WAMR, interpreted or compiled ahead of time: `wamr MODULE FOLDER`.
#include "batch.h"
#include "wasm_export.h"

static wasm_module_inst_t instance;
static wasm_exec_env_t environment;

static uint32_t call(const char *name, uint32_t count, uint32_t argument) {
  wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name, NULL);
  if (!function) fail(name, "is not exported");
  uint32_t cell = argument; // takes the result
  if (!wasm_runtime_call_wasm(environment, function, count, &cell)) fail(name, wasm_runtime_get_exception(instance));
  return cell;
}

static uint8_t *memory(void) { return wasm_runtime_addr_app_to_native(instance, 0); }

static uint32_t memory_bytes(void) {
  uint32_t start, end;
  return wasm_runtime_get_app_addr_range(instance, 0, &start, &end) ? end : 0;
}

int main(int count, char **arguments) {
  if (count != 3) fail("usage", "wamr MODULE FOLDER");
  char error[128];
  uint32_t bytes;
  uint8_t *wasm = read_file(arguments[1], &bytes);
  if (!wasm_runtime_init()) fail("WAMR", "does not start");
  wasm_module_t module = wasm_runtime_load(wasm, bytes, error, sizeof error);
  if (!module || !(instance = wasm_runtime_instantiate(module, 16 * 1024, 0, error, sizeof error))) fail("module", error);
  environment = wasm_runtime_create_exec_env(instance, 16 * 1024);
  batch(arguments[2]);
}
