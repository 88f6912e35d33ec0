export type EngineName = "wasmtime" | "wasm3" | "wamr" | "wamrc" | "wasmi" | "wazero";
export function enginePath(...names: string[]): string;
export function noEngine(name: EngineName): string | false;
