// halfbit.h of a bundle: its four functions, and what is fixed about the model.
import { size } from "../graph/graph.ts";
import type { Program, ProgramTensor } from "../program.ts";

function constants(name: string, { shape, scale, zeroPoint }: ProgramTensor): [string, string][] {
  return [
    [`${name}_BYTES`, String(size(shape))],
    [`${name}_HEIGHT`, String(shape[0])],
    [`${name}_WIDTH`, String(shape[1])],
    [`${name}_CHANNELS`, String(shape[2])],
    [`${name}_SCALE`, `${/[.e]/.test(String(scale)) ? scale : `${scale}.0`}f`],
    [`${name}_ZERO_POINT`, zeroPoint < 0 ? `(${zeroPoint})` : String(zeroPoint)],
  ];
}

/** A string literal; what C has no plain character for becomes octal bytes of UTF-8. */
function literal(text: string): string {
  const octal = (char: string) => [...new TextEncoder().encode(char)].map((b) => `\\${b.toString(8).padStart(3, "0")}`);
  return `"${text.replaceAll(/["\\?]|[^ -~]/gu, (char) => octal(char).join(""))}"`;
}

export function halfbitHeader(program: Program, modelBytes: number, memoryBytes: number): string {
  const { tensors, input, output, metadata, selfTest } = program;
  const defines = [
    ...constants("HALFBIT_INPUT", tensors[input]),
    ...constants("HALFBIT_OUTPUT", tensors[output]),
    ["HALFBIT_MODEL_BYTES", `${modelBytes}u`],
    ["HALFBIT_MEMORY_BYTES", `${memoryBytes}u`],
    ["HALFBIT_MASKED_BYTES", `${2 ** Math.ceil(Math.log2(memoryBytes))}u`],
    ["HALFBIT_HAS_SELF_TEST", selfTest ? "1" : "0"],
    ...(metadata.labels ? [["HALFBIT_LABELS", metadata.labels.map(literal).join(", ")]] : []),
  ];
  const lines = defines.map(([name, value]) => `#define ${name} ${value}\n`);
  return `// ${(metadata.name ?? "A model").replaceAll(/[^ -~]|\\/g, "?")}, by halfbit bundle. real = SCALE * (int8 - ZERO_POINT).
#ifndef HALFBIT_H
#define HALFBIT_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

${lines.join("")}
/** Verifies the model and runs its self-test. 0, or a status of halfbit's docs/errors.md. */
int halfbit_init(void);

/** Where to write the input before each run: HEIGHT x WIDTH x CHANNELS, channels fastest. */
int8_t *halfbit_input(void);

/** One inference. 0, or a status. */
int halfbit_run(void);

/** Where the output is until the next run. */
const int8_t *halfbit_output(void);

extern const uint32_t halfbit_model[];

#ifdef __cplusplus
}
#endif
#endif
`;
}
