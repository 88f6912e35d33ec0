// Instructions of an inference on Cortex-M cores, which bench/cortex-m counts in QEMU.

import { ToolError } from "../../tools/support/project.mjs";
import { countInstructions, noCortexM } from "../cortex-m/index.ts";
import { benchModel, type ModelName } from "./models.ts";

export interface Instructions {
  m4_resnet8: number;
  m0_resnet8: number;
  m4_dscnn: number;
}

export async function instructionCounts(): Promise<Instructions> {
  if (noCortexM) throw new ToolError(noCortexM);
  const count = async (core: "m4" | "m0", name: ModelName) => {
    const { total, correct } = await countInstructions(core, await benchModel(name), name);
    if (!correct) throw new Error(`${name} gives other bytes on ${core} than in Node`);
    return total;
  };
  return {
    m4_resnet8: await count("m4", "resnet8"),
    m0_resnet8: await count("m0", "resnet8"),
    m4_dscnn: await count("m4", "dscnn"),
  };
}
