export type EngineName = "wasmtime" | "wasm3" | "wasm3-wasi" | "wamr" | "iwasm" | "wamrc" | "wasmi" | "wazero";
export function enginePath(...names: string[]): string;
export function noEngine(name: EngineName): string | false;
