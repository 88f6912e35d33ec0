// The batch in a page: its server has the folder's files beside it.
import { batch } from "./batch.ts";

const read = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());

globalThis.run = async () => batch(await WebAssembly.compileStreaming(fetch("halfbit.wasm")), read);
