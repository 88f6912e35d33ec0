// Counts one inference, whole and layer by layer, and says whether it was right. What is counted is a bundle's runtime, or
// with PLAIN_INT8 or PLAIN_SIGNS a peer; both find the model's records and the arena where the runtime has put them.
#include "board.h"
#define HALFBIT_TRAP() trapped()
static _Noreturn void trapped(void) {
  print("trap 1\n");
  stop();
}
#include "halfbit.c"

#include "clock.h"

extern const u8 rows[], input[], input_end[], output[], output_end[];

#if defined PLAIN_INT8
#include "plain-int8.h"
#elif defined PLAIN_SIGNS
#include "plain-signs.h"
#else
static void run(void) { wasm_run(); }
static void step(u32 layer) { wasm_step(layer); }
#endif

static void set_input(void) { memcpy(halfbit_input(), input, input_end - input); }

int main(void) {
  report("load", halfbit_init());

  set_input();
  start_count();
  run();
  report("total", end_count());
  report("differs", memcmp(halfbit_output(), output, output_end - output) != 0);

  set_input();
  for (u32 i = 0; i < wasm_layerCount(); i++) {
    start_count();
    step(i);
    report("layer", end_count());
  }
  report("stack", stack_used());
}
