// The kernels that halfbit's layers are compared with (bench/speed/kernels), compiled by asc and given a layer's numbers.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { capture } from "../../tools/support/project.mjs";
import type { SignLayer } from "./layer-models.ts";
import { type Candidate, timed } from "./rounds.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Pages of memory, and where in it a kernel's numbers begin: nothing else is there. */
const PAGES = 64;
const START = 1024;

/** With the flags of asconfig.json's target, but for speed alone. */
async function compileKernel(name: "dense" | "plain", target: "simd128" | "scalar"): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-kernel-"));
  try {
    const file = join(folder, `${name}.wasm`);
    const memory = ["--initialMemory", `${PAGES}`, "--maximumMemory", `${PAGES}`];
    const args = [`bench/speed/kernels/${name}.ts`, "--target", target, "--shrinkLevel", "0", ...memory, "-o", file];
    const asc = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
    const { code, output } = await capture(process.execPath, [asc, ...args], { cwd: ROOT });
    if (code !== 0) throw new Error(`asc cannot compile ${name}.ts\n${output}`);
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let compiled: Promise<Record<"dense" | "plain", Uint8Array>> | undefined;

export function kernelModules(): Promise<Record<"dense" | "plain", Uint8Array>> {
  compiled ??= (async () => ({
    dense: await compileKernel("dense", "simd128"),
    plain: await compileKernel("plain", "scalar"),
  }))();
  return compiled;
}

export interface BareKernel extends Candidate {
  /** int32 sums, pixels × T, of the last run. */
  sums(): Int32Array;
}

type Function = (...numbers: number[]) => void;

async function instantiate(bytes: Uint8Array): Promise<{ memory: WebAssembly.Memory } & Record<string, Function>> {
  const { instance } = await WebAssembly.instantiate(bytes as BufferSource, {});
  return instance.exports as { memory: WebAssembly.Memory } & Record<string, Function>;
}

/** Addresses for so many bytes each, one behind the other. */
function addresses(...bytes: number[]): number[] {
  let end = START;
  return bytes.map((count) => {
    const at = end;
    end += Math.ceil(count / 16) * 16;
    if (end > PAGES * 65536) throw new Error("the layer does not fit the kernels' memory");
    return at;
  });
}

/** What plain.ts is called with, and where its numbers are. */
export function plainCall({ input, channels, stride, before, signs, x }: SignLayer) {
  const [height, width, depth] = input;
  const pixels = (height / stride) * (width / stride);
  const [atX, atWeights, atSums] = addresses(x.length, signs.length, 4 * pixels * channels);
  const args = [atX, height, width, depth, atWeights, channels, stride, before, atSums];
  return { args, atX, atWeights, atSums, sums: pixels * channels };
}

export async function plainKernel(layer: SignLayer): Promise<BareKernel> {
  const { memory, convolve } = await instantiate((await kernelModules()).plain);
  const { args, atX, atWeights, atSums, sums } = plainCall(layer);
  new Int8Array(memory.buffer, atX).set(layer.x);
  new Int8Array(memory.buffer, atWeights).set(layer.signs);
  return {
    name: "plain loops",
    seconds: timed(() => convolve(...args)),
    sums: () => new Int32Array(memory.buffer, atSums, sums).slice(),
  };
}

/** dense.ts in both its ways, the padding of the input included. */
export async function denseKernel(layer: SignLayer, way: "pairs" | "rows"): Promise<BareKernel> {
  const { memory, pad, ...ways } = await instantiate((await kernelModules()).dense);
  const { input, channels, stride, before, signs, x } = layer;
  const [height, width, depth] = input;
  const [outHeight, outWidth] = [height / stride, width / stride];
  const [tall, wide] = [(outHeight - 1) * stride + 3, (outWidth - 1) * stride + 3].map((n) =>
    Math.max(n, height + before),
  );
  const sums = outHeight * outWidth * channels;
  const sizes = [x.length, 2 * signs.length, 2 * tall * wide * depth + 16, 4 * sums];
  const [atX, atWeights, atPadded, atSums] = addresses(...sizes);
  new Int8Array(memory.buffer, atX).set(x);
  new Int16Array(memory.buffer, atWeights).set(way === "rows" ? signs : inPairs(signs, channels));
  const run = ways[way];
  return {
    name: `dense, ${way}`,
    seconds: timed(() => {
      pad(atX, height, width, depth, before, tall, wide, atPadded);
      run(atPadded, wide, depth, atWeights, outHeight, outWidth, channels, stride, atSums);
    }),
    sums: () => new Int32Array(memory.buffer, atSums, sums).slice(),
  };
}

/** T × S to [T / 8][S / 2][8][2]. */
function inPairs(weights: Int8Array, T: number): Int8Array {
  const S = weights.length / T;
  return weights.map((_, i) => {
    const [odd, lane, pair] = [i % 2, (i >> 1) % 8, (i >> 4) % (S / 2)];
    const block = Math.floor(i / (8 * S));
    return weights[(8 * block + lane) * S + 2 * pair + odd];
  });
}
