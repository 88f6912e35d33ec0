// Classifies the drawing of digit.h, and says how deep the stack went.
#include "board.h"
#include "digit.h"
#include "halfbit.h"

/** The drawing, stretched over the input: paper is -128, ink 127. */
static void draw(int8_t *input) {
  for (int y = 0; y < HALFBIT_INPUT_HEIGHT; y++)
    for (int x = 0; x < HALFBIT_INPUT_WIDTH; x++) {
      const char shade = digit[y * DIGIT_SIDE / HALFBIT_INPUT_HEIGHT][x * DIGIT_SIDE / HALFBIT_INPUT_WIDTH];
      for (int c = 0; c < HALFBIT_INPUT_CHANNELS; c++) *input++ = shade == '#' ? 127 : shade == '+' ? 0 : -128;
    }
}

int main(void) {
  const int status = halfbit_init();
  if (status != 0) {
    print("refused: status ");
    print_number((uint32_t)status);
    print("\n");
    return 1;
  }
  print("self-test passed\n");

  draw(halfbit_input());
  halfbit_run();
  const int8_t *output = halfbit_output();
  int best = 0;
  for (int i = 1; i < HALFBIT_OUTPUT_BYTES; i++)
    if (output[i] > output[best]) best = i;
  print("it is a ");
  print_number((uint32_t)best);
  print("\nstack used: ");
  print_number(stack_used());
  print(" bytes\n");
  return 0;
}
