// Random programs of one or a few layers, planned like compiled ones: the material of the conformance table.
import * as f from "../../format/layout.ts";
import { size } from "../../host/graph/graph.ts";
import { addParameters, meanParameters, mulParameters, softmaxParameters } from "../../host/passes/lower/arithmetic.ts";
import { quantiseMultiplier, sharedShift } from "../../host/passes/lower/multiplier.ts";
import { plan } from "../../host/passes/plan.ts";
import { withStrip } from "../../host/passes/strip.ts";
import { emptyLayer, type Kind, type Program, type ProgramLayer, type ProgramTensor } from "../../host/program.ts";
import { random, randomInt8 } from "../support/models.ts";

export type Shape = [height: number, width: number, channels: number];

export interface Options {
  kernel?: [number, number];
  stride?: [number, number];
  dilation?: [number, number];
  /** top, left, bottom, right */
  pad?: [number, number, number, number];
  groups?: number;
  channels?: number;
  rank?: number;
  planes?: number;
  /** Zero points of input and output. */
  zero?: [number, number];
  range?: [min: number, max: number];
  /** Bytes of scratch for a strip. */
  room?: number;
}

/** Grows a program layer by layer; every layer gets random weights scaled so that its outputs fill int8. */
export class Builder {
  readonly program: Program;
  readonly views = new Map<number, number>();
  private readonly next: () => number;

  constructor(input: Shape, seed: number, zero = -3) {
    this.next = random(seed);
    const tensor: ProgramTensor = { shape: input, scale: Math.fround(0.05), zeroPoint: zero, arenaOffset: 0 };
    this.program = { tensors: [tensor], layers: [], input: 0, output: 0, arenaBytes: 0, metadata: { name: "case" } };
  }

  tensor(shape: Shape, scale: number, zeroPoint: number): number {
    this.program.output = this.program.tensors.length;
    return this.program.tensors.push({ shape, scale: Math.fround(scale), zeroPoint, arenaOffset: 0 }) - 1;
  }

  private push(kind: Kind, input: number, output: number): ProgramLayer {
    const layer = emptyLayer(kind, `${kind}${this.program.layers.length}`, input, output);
    this.program.layers.push(layer);
    return layer;
  }

  private bytes(count: number): Uint8Array {
    return new Uint8Array(randomInt8(count, this.next()).buffer);
  }

  /** Requantisation that brings a sum of standard deviation `deviation` to 45 steps, a little different a channel. */
  private requantise(layer: ProgramLayer, channels: number, deviation: number): void {
    const factors = Array.from({ length: channels }, (_, t) =>
      quantiseMultiplier((45 / deviation) * (1 + (t % 5) / 7)),
    );
    layer.multipliers = Int32Array.from(factors, (x) => x.multiplier);
    layer.shifts = Int32Array.from(factors, (x) => x.shift);
    layer.bias = Int32Array.from(
      { length: channels },
      () => ((this.next() & 1023) - 512) * Math.ceil(deviation / 1000),
    );
  }

  /** A layer with a window over `input`; returns its output tensor. */
  window(kind: Kind, o: Options = {}, input = this.program.output): number {
    const from = this.program.tensors[input];
    const [h, w, c] = from.shape;
    const [kernel, stride, dilation] = [o.kernel ?? [1, 1], o.stride ?? [1, 1], o.dilation ?? [1, 1]];
    const [top, left, bottom, right] = o.pad ?? [0, 0, 0, 0];
    const along = (n: number, k: number, s: number, d: number) => Math.floor((n - d * (k - 1) - 1) / s) + 1;
    const pooled = kind === "AveragePool" || kind === "MaxPool";
    const t = pooled ? c : (o.channels ?? c);
    const shape: Shape = [
      along(h + top + bottom, kernel[0], stride[0], dilation[0]),
      along(w + left + right, kernel[1], stride[1], dilation[1]),
      t,
    ];
    const output = pooled ? this.tensor(shape, from.scale, from.zeroPoint) : this.tensor(shape, 0.07, o.zero?.[1] ?? 5);
    const layer = this.push(kind, input, output);
    Object.assign(layer, { kernel, stride, dilation, padTop: top, padLeft: left, groups: o.groups ?? 1 });
    [layer.activationMin, layer.activationMax] = o.range ?? [-128, 127];
    const taps = kernel[0] * kernel[1];
    const deviation = 74 * 90;
    if (kind === "Conv2D") {
      const window = (taps * c) / layer.groups;
      layer.weights = this.bytes(t * window);
      this.requantise(layer, t, deviation * Math.sqrt(window));
    } else if (kind === "DepthwiseConv2D") {
      layer.weights = this.bytes(t * taps);
      this.requantise(layer, t, deviation * Math.sqrt(taps));
    } else if (kind === "SemiBinary") {
      const rank = o.rank ?? t;
      const m = sharedShift(
        Float64Array.from(
          { length: rank },
          () => (60 / (90 * Math.sqrt(taps * c))) * (0.3 + (this.next() & 255) / 255),
        ),
        65535,
        f.MAX_SHIFT,
      );
      const r = sharedShift(
        Float64Array.from({ length: t }, () => (45 / (55 * Math.sqrt(rank))) * (0.3 + (this.next() & 255) / 255)),
        65535,
        f.MAX_SHIFT,
      );
      layer.rank = rank;
      layer.weights = this.bytes(rank * f.packedRowBytes(taps * c));
      layer.weightsU = this.bytes(t * f.packedRowBytes(rank));
      layer.multipliers = m.values;
      layer.shiftM = m.shift;
      layer.shifts = r.values;
      layer.shiftR = r.shift;
      layer.bias = Int32Array.from({ length: t }, () => (this.next() & 0xfff) - 0x800);
      layer.biasShift = Math.max(0, r.shift - 6);
    } else if (kind === "BinaryPlanes") {
      layer.planes = o.planes ?? 1;
      const a = sharedShift(
        Float64Array.from(
          { length: t * layer.planes },
          (_, i) => ((i % 3 ? 1 : -1) * 40) / (90 * Math.sqrt(taps * c) * (1 + (i % layer.planes))),
        ),
        32767,
        24,
      );
      layer.weights = this.bytes(t * layer.planes * f.packedRowBytes(taps * c));
      layer.multipliers = a.values;
      layer.shiftR = a.shift;
      layer.bias = Int32Array.from({ length: t }, () => (this.next() & 0xfff) - 0x800);
      layer.biasShift = Math.max(0, a.shift - 6);
    }
    if (o.room !== undefined) Object.assign(layer, withStrip(layer, from.shape, shape, o.room));
    return output;
  }

  /** Over the whole input, or over the channels of each pixel. */
  fullyConnected(channels: number, over: "input" | "pixels" = "input"): number {
    const input = this.program.output;
    const { shape } = this.program.tensors[input];
    const window = over === "input" ? size(shape) : shape[2];
    const to: Shape = over === "input" ? [1, 1, channels] : [shape[0], shape[1], channels];
    const layer = this.push("FullyConnected", input, this.tensor(to, 0.1, -7));
    layer.weights = this.bytes(channels * window);
    this.requantise(layer, channels, 74 * 90 * Math.sqrt(window));
    return layer.output;
  }

  add(a: number, b: number, range: [number, number] = [-128, 127]): number {
    const { tensors } = this.program;
    const layer = this.push("Add", a, this.tensor(tensors[a].shape, 0.09, 2));
    layer.input2 = b;
    layer.parameters = addParameters(tensors[a], tensors[b], tensors[layer.output], range);
    return layer.output;
  }

  /** Adds `residual` in the store of the last layer, as the fuse-add pass leaves it. */
  fuseAdd(residual: number): number {
    const { tensors, layers } = this.program;
    const conv = layers.at(-1)!;
    const stored = tensors[conv.output];
    const output = this.tensor(stored.shape, 0.09, 2);
    conv.input2 = residual;
    conv.parameters = addParameters(stored, tensors[residual], tensors[output], [-120, 127]);
    conv.output = output;
    return output;
  }

  mul(a: number, b: number): number {
    const { tensors } = this.program;
    const layer = this.push("Mul", a, this.tensor(tensors[a].shape, 0.15, -9));
    layer.input2 = b;
    layer.parameters = mulParameters(tensors[a], tensors[b], tensors[layer.output]);
    return layer.output;
  }

  concat(axis: 0 | 1 | 2, inputs: number[]): number {
    const { tensors } = this.program;
    const shape: Shape = [...tensors[inputs[0]].shape];
    shape[axis] = inputs.reduce((sum, i) => sum + tensors[i].shape[axis], 0);
    const first = tensors[inputs[0]];
    const layer = this.push("Concat", inputs[0], this.tensor(shape, first.scale, first.zeroPoint));
    layer.parameters = Int32Array.of(axis, ...inputs);
    return layer.output;
  }

  pad([top, left, bottom, right]: [number, number, number, number], input = this.program.output): number {
    const { shape, scale, zeroPoint } = this.program.tensors[input];
    const padded: Shape = [shape[0] + top + bottom, shape[1] + left + right, shape[2]];
    const layer = this.push("Pad", input, this.tensor(padded, scale, zeroPoint));
    layer.padTop = top;
    layer.padLeft = left;
    return layer.output;
  }

  mean(input = this.program.output): number {
    const from = this.program.tensors[input];
    const layer = this.push("Mean", input, this.tensor([1, 1, from.shape[2]], 0.011, 4));
    layer.parameters = meanParameters(from, this.program.tensors[layer.output], from.shape[0] * from.shape[1]);
    return layer.output;
  }

  softmax(beta = 1, input = this.program.output): number {
    const from = this.program.tensors[input];
    const layer = this.push("Softmax", input, this.tensor(from.shape, 1 / 256, -128));
    layer.parameters = softmaxParameters(from, beta);
    return layer.output;
  }

  lookup(input = this.program.output): number {
    const layer = this.push("Lookup", input, this.tensor(this.program.tensors[input].shape, 0.2, 1));
    layer.weights = this.bytes(256);
    return layer.output;
  }

  /** Another shape over the same bytes (Reshape). */
  view(shape: Shape, input = this.program.output): number {
    const { scale, zeroPoint } = this.program.tensors[input];
    const output = this.tensor(shape, scale, zeroPoint);
    this.views.set(output, input);
    return output;
  }

  /** The planned program. */
  done(): Program {
    return plan(this.program, this.views).program;
  }
}
