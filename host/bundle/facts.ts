// What `halfbit bundle` says about a runtime for one model.
import { thousands } from "../cli/output.ts";
import type { MemoryMap } from "./memory-map.ts";
import type { Profile } from "./profile.ts";

/** A name as the title of a README: nothing of it is markup. */
export const plain = (name: string): string => name.replaceAll(/[\p{Cc}#*_[\]<>]/gu, "");

export function sizes({ module, fullBytes }: Profile, { records, window, arena, total }: MemoryMap): string[] {
  const parts = `records ${thousands(records)}, window ${thousands(window)}, arena ${thousands(arena)}`;
  return [
    `runtime: ${thousands(module.length)} bytes with this model's layers, ${thousands(fullBytes)} with all`,
    `memory: ${thousands(total)} bytes (${parts}); the model stays in flash`,
  ];
}
