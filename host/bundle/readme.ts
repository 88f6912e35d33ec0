// README.md of a bundle.
import { thousands } from "../cli/output.ts";
import { plain } from "./facts.ts";
import type { ModelRuntime } from "./runtime.ts";

export function readme({ program, profile, memory }: ModelRuntime, modelBytes: number): string {
  const name = program.metadata.name ?? "model";
  return `# ${plain(name)}, in C

Written by \`halfbit bundle\`. \`make\` builds \`libhalfbit.a\`; any C99 compiler does, for any little-endian core.

\`\`\`c
#include "halfbit.h"

int main(void) {
  if (halfbit_init() != 0) return 1; // verifies the model, runs its self-test
  int8_t *input = halfbit_input();   // HALFBIT_INPUT_BYTES of them, to be filled before each run
  halfbit_run();
  const int8_t *output = halfbit_output(); // HALFBIT_OUTPUT_BYTES
}
\`\`\`

| file | holds |
| --- | --- |
| \`halfbit.h\` | four functions, and the sizes and scales of input and output |
| \`halfbit.c\` | what joins them to the runtime |
| \`runtime.h\` | the runtime, WebAssembly translated to C: ${thousands(profile.module.length)} bytes with this model's layers of ${thousands(profile.fullBytes)} with all |
| \`memory.h\` | its memory: a static array, loads, stores, and what they check |
| \`sums.h\` | the one import of it that is not the model: sums for the layers of signs; on ARM in assembler, where GCC compiles it |
| \`model.c\` | the model, a constant array of ${thousands(modelBytes)} bytes that stays in flash |
| \`Makefile\`, \`stack.awk\` | \`make\`, and \`make size\`: flash, RAM and stack |

It calls memcpy, and what the compiler itself calls (memset, 64-bit arithmetic), nothing else; there is no heap.

## Memory

| bytes of RAM | for |
| ---: | --- |
| ${thousands(memory.records)} | the model's records, read once |
| ${thousands(memory.window)} | the window, into which the weights of a layer are copied before it runs |
| ${thousands(memory.arena)} | the arena: feature maps and tables |
| ${thousands(memory.total)} | HALFBIT_MEMORY_BYTES |

Beside them stand up to 1 % of that, so that the size is an operand within an instruction, some 400 bytes of variables, and the stack, of which \`make size\` says the most.

## Options

| option | gives |
| --- | --- |
| \`make CROSS=arm-none-eabi- ARCH="-mcpu=cortex-m4 -mthumb"\` | another compiler and core |
| \`OPT=-O2\` | less flash; the default is \`-O3\`, without what GCC does worse with on a Cortex-M |
| \`SELF_TEST=0\` | no self-test in halfbit_init, which takes as long as halfbit_run |
| \`CFLAGS=-DHALFBIT_PLAIN_SUMS\` | sums in C, not in assembler, which uses every register: for interrupts that rely on one |
| \`CHECKS=STORES\` | the default: what would be stored outside the memory ends in HALFBIT_TRAP; a load comes from the ${thousands(2 ** Math.ceil(Math.log2(memory.total)))} bytes that begin with the memory |
| \`ALIGNED=1\` | less instructions on a Cortex-M4, if the linker script puts \`.bss.halfbit\` at a multiple of 64 KB, best at the start of RAM; a load then comes from the 64 KB that begin there |
| \`CHECKS=ALL\` | loads outside the memory end there as well |
| \`CHECKS=MASK\` | the memory is ${thousands(2 ** Math.ceil(Math.log2(memory.total)))} bytes, a power of two, and every address is taken modulo that |
| \`CHECKS=NONE\` | nothing: halfbit_init has verified that the model leads nowhere else |
| \`CFLAGS='-DHALFBIT_TRAP()=my_function()'\` | what happens then, in place of a loop for ever |

A compiler that is neither GCC nor clang must be told that pointers may alias.
`;
}
