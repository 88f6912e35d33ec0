// The runtime module, instantiated: its exports (assembly/index.ts) with types, and views of its memory.
import { type Level, readRuntime } from "./adapters/node.ts";
import { HalfbitError, refused } from "./errors.ts";

export type { Level } from "./adapters/node.ts";

/** Of a runtime module: format/SPEC.md, "Calling the runtime". */
export interface Exports {
  memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  load(bytes: number): number;
  input(): number;
  inputBytes(): number;
  output(): number;
  outputBytes(): number;
  run(): number;
  step(layer: number): number;
  layerCount(): number;
  layerOutput(layer: number): number;
  layerOutputBytes(layer: number): number;
  selfTest(): number;
  lastError(): bigint;
}

/** (module (func (result v128) (i8x16.splat (i32.const 0)))): valid where the engine has 128-bit SIMD. */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 11],
);

export function bestLevel(): Level {
  return WebAssembly.validate(SIMD_PROBE) ? "simd128" : "scalar";
}

const compiled = new Map<Level, Promise<WebAssembly.Module>>();

/** Compiled once a process and level; every engine has its own memory. */
function module(level: Level): Promise<WebAssembly.Module> {
  const known = compiled.get(level) ?? readRuntime(level).then((bytes) => WebAssembly.compile(bytes as BufferSource));
  compiled.set(level, known);
  return known;
}

/** One runtime instance with a model loaded. Its memory is written by run and step: results are copied out. */
export class Engine {
  readonly level: Level;
  private readonly wasm: Exports;

  private constructor(level: Level, wasm: Exports) {
    this.level = level;
    this.wasm = wasm;
  }

  /**
   * Loads and verifies a model; `name` stands in its errors. `given`: the runtime of that level, compiled already, where
   * the engine compiles nothing. Throws E_MODEL with the runtime's status and record.
   */
  static async load(
    model: Uint8Array,
    name: string,
    level: Level = bestLevel(),
    given?: WebAssembly.Module,
  ): Promise<Engine> {
    const { exports } = await WebAssembly.instantiate(given ?? (await module(level)), {});
    const engine = new Engine(level, exports as unknown as Exports);
    const wasm = engine.wasm;
    const at = wasm.reserve(model.length);
    if (at === 0) throw new HalfbitError("E_ENGINE", `${name}: no memory for a model of ${model.length} bytes`);
    new Uint8Array(wasm.memory.buffer).set(model, at);
    engine.check(wasm.load(model.length), name);
    return engine;
  }

  get layerCount(): number {
    return this.wasm.layerCount();
  }

  /** What the runtime's memory takes: its own data, the model and the arena, in whole pages. */
  get memoryBytes(): number {
    return this.wasm.memory.buffer.byteLength;
  }

  /** The input tensor in the runtime's memory: to be written before run. Growing memory would detach it: keep no copy. */
  input(): Int8Array {
    return new Int8Array(this.wasm.memory.buffer, this.wasm.input(), this.wasm.inputBytes());
  }

  output(): Int8Array {
    return new Int8Array(this.wasm.memory.buffer, this.wasm.output(), this.wasm.outputBytes()).slice();
  }

  layerOutput(layer: number): Int8Array {
    const { memory, layerOutput, layerOutputBytes } = this.wasm;
    return new Int8Array(memory.buffer, layerOutput(layer), layerOutputBytes(layer)).slice();
  }

  run(): void {
    this.check(this.wasm.run(), "run");
  }

  step(layer: number): void {
    this.check(this.wasm.step(layer), "step");
  }

  /** Throws E_MODEL where this engine computes other bits than the compiler recorded, or the file records none. */
  selfTest(): void {
    this.check(this.wasm.selfTest(), "self-test");
  }

  private check(status: number, where: string): void {
    if (status !== 0) throw refused(where, status, Number(this.wasm.lastError() >> 32n));
  }
}
