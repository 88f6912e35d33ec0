import type { SpawnOptions } from "node:child_process";

export const ROOT: string;
export class ToolError extends Error {}
export function say(message: string): void;
export function capture(
  command: string,
  args: readonly string[],
  options?: SpawnOptions,
): Promise<{ code: number; output: string }>;
export function main(meta: ImportMeta, body: (args: string[]) => unknown): Promise<void>;
