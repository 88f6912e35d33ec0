// The command wasm3, which is in no package: `wasm3 infer.wasm ARGUMENT...`, with the WASI that wasm3 has of its own.
#include <stdio.h>
#include "m3_api_wasi.h"
#include "m3_env.h"
#include "wasm3.h"

static uint8_t wasm[1 << 20];

int main(int count, const char **arguments) {
  FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
  if (!file) return fprintf(stderr, "usage: wasm3 FILE ARGUMENT...\n"), 2;
  const size_t bytes = fread(wasm, 1, sizeof wasm, file);
  fclose(file); // wasm3 takes descriptor 3 to be the current folder, and opens it next

  IM3Environment environment = m3_NewEnvironment();
  IM3Runtime runtime = m3_NewRuntime(environment, 64 * 1024, NULL);
  IM3Module module;
  IM3Function start;
  M3Result result = m3_ParseModule(environment, &module, wasm, bytes);
  if (!result) result = m3_LoadModule(runtime, module);
  if (!result) result = m3_LinkWASI(module);
  if (!result) result = m3_FindFunction(&start, runtime, "_start");
  if (!result) result = m3_CallWithArgs(start, count - 1, arguments + 1);
  if (result == m3Err_trapExit) return runtime->exit_code;
  if (!result) return 0;
  M3ErrorInfo info;
  m3_GetErrorInfo(runtime, &info);
  fprintf(stderr, "wasm3: %s %s\n", result, info.message ? info.message : "");
  return 1;
}
