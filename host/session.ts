// A model, ready to classify: the library's front door at run time.
import { readModelFile } from "./adapters/node.ts";
import { Engine, type Level } from "./engine.ts";
import { HalfbitError } from "./errors.ts";
import { size } from "./graph/graph.ts";
import type { Metadata, ProgramTensor } from "./program.ts";
import { readModel } from "./read.ts";
import { labelOf, type Result, realValue, resultOf } from "./result.ts";
import { quantise, toInt8 } from "./samples/array.ts";

export type { Ranked, Result } from "./result.ts";

/** A network's edge: int8 values in NHWC order, real = scale · (q − zeroPoint). */
export interface TensorInfo {
  shape: [height: number, width: number, channels: number];
  scale: number;
  zeroPoint: number;
}

export interface SessionOptions {
  /** Which build of the runtime: simd128 where the engine has SIMD, unless asked otherwise. */
  level?: Level;
  /**
   * The runtime, compiled already, for hosts that compile nothing at run time (Cloudflare Workers). Of another level than
   * simd128 where `level` says so.
   */
  module?: WebAssembly.Module;
}

function info({ shape, scale, zeroPoint }: ProgramTensor): TensorInfo {
  return { shape, scale, zeroPoint };
}

function modelBytes(source: Uint8Array | ArrayBuffer): Uint8Array {
  if (!(source instanceof Uint8Array || source instanceof ArrayBuffer)) {
    throw new HalfbitError("E_USAGE", "a session opens a path, or a model's bytes as Uint8Array or ArrayBuffer");
  }
  if (source.byteLength === 0) throw new HalfbitError("E_EMPTY", "model: there are no bytes (0)");
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}

export class Session {
  readonly input: TensorInfo;
  readonly output: TensorInfo;
  readonly metadata: Metadata;
  /** Names of the outputs, by index; empty where the model carries none. */
  readonly labels: readonly string[];
  private readonly engine: Engine;

  private constructor(engine: Engine, input: TensorInfo, output: TensorInfo, metadata: Metadata) {
    this.engine = engine;
    this.input = input;
    this.output = output;
    this.metadata = metadata;
    this.labels = metadata.labels ?? [];
  }

  /**
   * Opens a model file by path, or its bytes. The runtime verifies every record once; a file that it does not fully
   * understand is refused with E_MODEL, an empty one with E_EMPTY.
   */
  static async open(source: string | Uint8Array | ArrayBuffer, options: SessionOptions = {}): Promise<Session> {
    const name = typeof source === "string" ? source : "model";
    const bytes = typeof source === "string" ? await readModelFile(source) : modelBytes(source);
    const { module } = options;
    const engine = await Engine.load(bytes, name, options.level ?? (module && "simd128"), module);
    const program = readModel(bytes, name);
    const { tensors, metadata } = program;
    return new Session(engine, info(tensors[program.input]), info(tensors[program.output]), metadata);
  }

  get level(): Level {
    return this.engine.level;
  }

  get layerCount(): number {
    return this.engine.layerCount;
  }

  /**
   * One inference. Int8Array: values as the network takes them. Uint8Array: pixels, for a model that records how they
   * become real values (metadata.preprocessing). Float32Array and lists: real values, rounded to the nearest.
   * Throws E_INPUT_SIZE for another number of values, E_INPUT_FORMAT for any other type and for NaN or infinity.
   */
  run(input: Int8Array | Uint8Array | Float32Array | readonly number[]): Result {
    return resultOf(this.runRaw(this.toInput(input)), this.output, this.labels);
  }

  /** One inference from the input tensor's int8 values to the output tensor's. */
  runRaw(input: Int8Array): Int8Array {
    this.setInput(input);
    this.engine.run();
    return this.engine.output();
  }

  /** Writes the input tensor for step(0). */
  setInput(input: Int8Array): void {
    if (!(input instanceof Int8Array)) throw new HalfbitError("E_INPUT_FORMAT", "the input tensor is an Int8Array");
    this.requireLength(input.length);
    this.engine.input().set(input);
  }

  /** Runs layer `index` alone: all in order, from 0 to layerCount − 1, are one inference. */
  step(index: number): void {
    this.engine.step(index);
  }

  /** The output of the layer that step has just run; later layers may reuse its memory. */
  layerOutput(index: number): Int8Array {
    return this.engine.layerOutput(index);
  }

  /** Throws E_MODEL unless this engine computes the very bits that the compiler recorded in the model. */
  selfTest(): void {
    this.engine.selfTest();
  }

  /** Real value of an output. */
  score(q: number): number {
    return realValue(q, this.output);
  }

  label(index: number): string {
    return labelOf(this.labels, index);
  }

  private toInput(input: Int8Array | Uint8Array | Float32Array | readonly number[]): Int8Array {
    if (input instanceof Int8Array) return input;
    if (input instanceof Uint8Array) return this.fromPixels(input);
    if (input instanceof Float32Array || Array.isArray(input)) return this.quantise(input);
    throw new HalfbitError(
      "E_INPUT_FORMAT",
      "the input must be an Int8Array, a Float32Array or a list of real values, or a Uint8Array of pixels",
    );
  }

  private fromPixels(pixels: Uint8Array): Int8Array {
    const { shape, scale, zeroPoint } = this.input;
    const { preprocessing } = this.metadata;
    this.requireLength(pixels.length);
    if (preprocessing === undefined) {
      throw new HalfbitError(
        "E_INPUT_FORMAT",
        "the input is pixels (Uint8Array), but the model has no preprocessing; give real values in a Float32Array",
      );
    }
    const samples = { file: "the input", shape: [pixels.length], data: pixels };
    return toInt8(samples, { shape, quantisation: { scale, zeroPoint }, preprocessing });
  }

  private quantise(real: Float32Array | readonly number[]): Int8Array {
    this.requireLength(real.length);
    const at = real.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new HalfbitError("E_INPUT_FORMAT", `input value ${at} is ${real[at]}, not a finite number`);
    return Int8Array.from(real, (value) => quantise(value, this.input));
  }

  private requireLength(actual: number): void {
    const { shape } = this.input;
    const expected = size(shape);
    if (actual === expected) return;
    throw new HalfbitError(
      "E_INPUT_SIZE",
      `the input has ${actual} values, but the model takes ${shape.join("x")} = ${expected}`,
    );
  }
}
