// What a Session needs of its surroundings in a Cloudflare Worker, in place of node.ts: nothing is read or compiled there,
// so both are handed in.
import { HalfbitError } from "../errors.ts";

export async function readRuntime(): Promise<Uint8Array> {
  throw new HalfbitError("E_ENGINE", "nothing is compiled here; give Session.open the imported .wasm file as `module`");
}

export async function readModelFile(path: string): Promise<Uint8Array> {
  throw new HalfbitError("E_NOT_FOUND", `${path}: there are no files here; give Session.open the model's bytes`);
}
