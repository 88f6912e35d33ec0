// The batch protocol in C (see ../hosts.ts): what engines have in common. A driver gives it call, memory and memory_bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Calls an export of the runtime that takes `count` arguments, none or one. */
static uint32_t call(const char *function, uint32_t count, uint32_t argument);
/** The linear memory as it lies now: it moves when it grows. */
static uint8_t *memory(void);
static uint32_t memory_bytes(void);

static void fail(const char *what, const char *reason) {
  fprintf(stderr, "%s: %s\n", what, reason);
  exit(1);
}

static uint32_t crc32(const uint8_t *bytes, uint32_t count) {
  uint32_t crc = ~0u;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
  }
  return ~crc;
}

/** A whole file; the caller frees it. */
static uint8_t *read_file(const char *path, uint32_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) fail(path, "cannot be read");
  *bytes = (uint32_t)ftell(file);
  rewind(file);
  uint8_t *content = malloc(*bytes + 1);
  if (!content || fread(content, 1, *bytes, file) != *bytes) fail(path, "cannot be read");
  fclose(file);
  return content;
}

static void load_model(const char *path) {
  uint32_t bytes;
  uint8_t *content = read_file(path, &bytes);
  const uint32_t at = call("reserve", 1, bytes);
  if (at == 0) fail(path, "finds no memory");
  memcpy(memory() + at, content, bytes);
  free(content);
  if (call("load", 1, bytes) != 0) fail(path, "is refused");
}

static void set_input(const char *path) {
  uint32_t bytes;
  uint8_t *content = read_file(path, &bytes);
  memcpy(memory() + call("input", 0, 0), content, bytes);
  free(content);
}

/** Runs the list in a folder. */
static void batch(const char *folder) {
  char path[256], model[64], input[64];
  snprintf(path, sizeof path, "%s/cases.txt", folder);
  FILE *list = fopen(path, "r");
  if (!list) fail(path, "cannot be read");
  for (int run = 0; fscanf(list, "%63s %63s", model, input) == 2; run++) {
    snprintf(path, sizeof path, "%s/%s", folder, model);
    load_model(path);
    snprintf(path, sizeof path, "%s/%s", folder, input);
    set_input(path);
    for (uint32_t layer = 0; layer < call("layerCount", 0, 0); layer++) {
      call("step", 1, layer);
      const uint32_t at = call("layerOutput", 1, layer), bytes = call("layerOutputBytes", 1, layer);
      printf("%d %u %08x\n", run, (unsigned)layer, (unsigned)crc32(memory() + at, bytes));
    }
  }
  fclose(list);
  printf("memory %u\n", (unsigned)memory_bytes());
}
