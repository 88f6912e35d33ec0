// What the page runs.
import { compiled } from "./cases.ts";

async function read(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`inputs/${name}`)).arrayBuffer());
}

/** The model file of a case, as a list of bytes. */
export const compiledHere = async (name: string): Promise<number[]> => [...(await compiled(name, read))];

Object.assign(globalThis, { compiledHere });
