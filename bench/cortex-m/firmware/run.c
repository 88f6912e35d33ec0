// Counts one inference, whole and layer by layer, and says whether it was right. What is counted is the runtime, or with
// PLAIN_INT8 its peer; both find the model's records and the arena where the runtime has put them.
#include "halfbit.c"

#include "board.h"

extern const u8 model[], model_end[], rows[], input[], input_end[], output[], output_end[];

static Z_halfbit_instance_t instance;

void wasm_rt_trap(wasm_rt_trap_t trap) {
  report("trap", trap);
  stop();
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t most) {
  memory->data = linear_memory;
  memory->size = MEMORY_BYTES;
  memory->pages = pages;
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  const uint32_t before = memory->pages;
  if (pages > MEMORY_BYTES / 65536 - before) return -1;
  memory->pages += pages;
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) {}
uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) { return 0; }

#ifdef PLAIN_INT8
#include "plain-int8.h"
#else
static void run(void) { Z_halfbitZ_run(&instance); }
static void step(u32 layer) { Z_halfbitZ_step(&instance, layer); }
#endif

static void set_input(void) { memcpy(linear_memory + Z_halfbitZ_input(&instance), input, input_end - input); }

int main(void) {
  const u32 bytes = model_end - model;
  Z_halfbit_init_module();
  Z_halfbit_instantiate(&instance);
  memcpy(linear_memory + Z_halfbitZ_reserve(&instance, bytes), model, bytes);
  report("load", Z_halfbitZ_load(&instance, bytes));

  set_input();
  start_count();
  run();
  report("total", end_count());
  report("differs", memcmp(linear_memory + Z_halfbitZ_output(&instance), output, output_end - output) != 0);

  set_input();
  for (u32 i = 0; i < Z_halfbitZ_layerCount(&instance); i++) {
    start_count();
    step(i);
    report("layer", end_count());
  }
  report("selfTest", Z_halfbitZ_selfTest(&instance));
}
