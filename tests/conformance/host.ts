// A host of the table. It is given a folder: cases.txt has a line "MODEL INPUT" a run, which one instance of the runtime
// does in that order. It prints a line "RUN LAYER CRC-32" for the output of every layer, and at the end "memory BYTES":
// what linear memory has grown to. It compares nothing.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/commands.ts";

export interface Host {
  name: string;
  /** Why it cannot run here, or false. */
  skip: string | false;
  /**
   * A command shows the output of the last layer alone, as layer "output", and no memory; nor does what streams its models,
   * where memory does not grow by them.
   */
  shows: "layers and memory" | "layers" | "output";
  /** What it prints for the list in a folder; `module` is a file in the place of dist/'s; a command takes none, nor does firmware. */
  run(folder: string, module?: string): Promise<string>;
}

export type Level = "scalar" | "simd128";
export const LEVELS: Level[] = ["scalar", "simd128"];

export const DRIVERS = join(ROOT, "tests/conformance/drivers");
export const modulePath = (level: Level) => join(ROOT, `dist/halfbit.${level}.wasm`);

/** What a program prints. Where it fails, its own words are the error. */
export async function printed(program: string, args: string[], cwd?: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    throw new Error(`${program}: ${(error as { stderr?: string }).stderr || error}`);
  }
}
