// Instructions an inference on Cortex-M, which bench/cortex-m counts in QEMU.

import { ToolError } from "../../tools/support/project.mjs";

export interface Instructions {
  m4_resnet8: number;
  m0_resnet8: number;
  m4_dscnn: number;
}

/** To be connected: nothing but bench/cortex-m may fill these in. */
export async function instructionCounts(): Promise<Instructions> {
  throw new ToolError("counting instructions (bench/cortex-m) is not merged yet");
}
