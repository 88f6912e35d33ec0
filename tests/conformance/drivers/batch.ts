// The batch in JavaScript, which Node, Chromium and workerd run. read(name) gives a file of the folder.
import crc32 from "crc-32";

interface Runtime {
  memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  load(bytes: number): number;
  input(): number;
  layerCount(): number;
  step(layer: number): number;
  layerOutput(layer: number): number;
  layerOutputBytes(layer: number): number;
}

export async function batch(module: WebAssembly.Module, read: (name: string) => Promise<Uint8Array>): Promise<string> {
  const wasm = (await WebAssembly.instantiate(module, {})).exports as unknown as Runtime;
  const write = (bytes: Uint8Array, at: number) => new Uint8Array(wasm.memory.buffer).set(bytes, at);
  const lines: string[] = [];
  const list = new TextDecoder().decode(await read("cases.txt"));
  for (const [run, line] of list.trim().split("\n").entries()) {
    const [model, input] = await Promise.all(line.split(" ").map(read));
    const at = wasm.reserve(model.length);
    if (at === 0) throw new Error(`${line}: no memory for the model`);
    write(model, at);
    if (wasm.load(model.length) !== 0) throw new Error(`${line}: the model is refused`);
    write(input, wasm.input());
    for (let layer = 0; layer < wasm.layerCount(); layer++) {
      wasm.step(layer);
      const output = new Uint8Array(wasm.memory.buffer, wasm.layerOutput(layer), wasm.layerOutputBytes(layer));
      lines.push(`${run} ${layer} ${(crc32.buf(output) >>> 0).toString(16).padStart(8, "0")}\n`);
    }
  }
  return `${lines.join("")}memory ${wasm.memory.buffer.byteLength}\n`;
}
