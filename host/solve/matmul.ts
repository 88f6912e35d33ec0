// Matrix products for Gram matrices and the solvers, in float.wasm (assembly/float): some 15 GMAC/s a core, transposed
// operands included.

import { bestLevel } from "../engine.ts";
import { type FloatExports, loadFloat, padded8 } from "../float.ts";
import { transpose } from "../tfjs/layers.ts";

interface Multiplier {
  memory: WebAssembly.Memory;
  float: FloatExports;
}

let started: Promise<Multiplier | undefined> | undefined;

/** Undefined where the engine has no SIMD. */
async function start(): Promise<Multiplier | undefined> {
  if (bestLevel() !== "simd128") return undefined;
  const memory = new WebAssembly.Memory({ initial: 1 });
  return { memory, float: await loadFloat(memory) };
}

/**
 * C = op(A)·op(B), m × n row-major float32, op(A) m × k, op(B) k × n.
 * transposeA: a is stored k × m; transposeB: b is stored n × k. The result is a new array.
 * Sums run in float32: over k = 20,000 products they carry about 5 digits.
 */
export async function matMul(
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  transposeA = false,
  transposeB = false,
): Promise<Float32Array> {
  started ??= start();
  const multiplier = await started;
  if (!multiplier) return plainly(transposeA ? transpose(a, k, m) : a, transposeB ? transpose(b, n, k) : b, m, k, n);
  if (transposeA) return overRows(multiplier, a, transposeB ? transpose(b, n, k) : b, m, k, n);
  return overColumns(multiplier, a, b, m, k, n, transposeB);
}

/** Panels of columns of a self product; those below the diagonal, 3/8 of the work, are mirrored. */
const PANELS = 4;

/** Aᵀ·A, n × n, of a: k × n. */
export async function selfProduct(a: Float32Array, k: number, n: number): Promise<Float32Array> {
  started ??= start();
  const multiplier = await started;
  const width = (Math.ceil(n / PANELS) + 7) & ~7;
  if (!multiplier || width * (PANELS - 1) >= n) return matMul(a, a, n, k, n, true);
  const { memory, float } = multiplier;
  const [whole, left, right, sums] = places(memory, [k * n, k * n, k * width, n * width]);
  view(memory, whole, k * n).set(a);
  const product = new Float32Array(n * n);
  for (let from = 0; from < n; from += width) {
    const end = Math.min(n, from + width); // the block of rows 0…end, columns from…end
    float.copyColumns(whole, left, k, end, n, end);
    view(memory, right, k * width).fill(0);
    float.copyColumns(whole + 4 * from, right, k, end - from, n, width);
    view(memory, sums, end * width).fill(0);
    sumOver(float, left, right, sums, k, end, width);
    const block = view(memory, sums, end * width);
    for (let i = 0; i < end; i++) {
      for (let j = Math.max(i, from); j < end; j++) {
        const x = block[i * width + j - from];
        product[i * n + j] = x;
        product[j * n + i] = x;
      }
    }
  }
  return product;
}

/** A 1 × 1 convolution of m pixels of k channels. */
function overColumns(
  { memory, float }: Multiplier,
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  transposed: boolean,
): Float32Array {
  const n8 = padded8(n);
  const [left, right, panels, none, product] = places(memory, [m * k, k * n, k * n8, n8, m * n]);
  view(memory, left, m * k).set(a);
  view(memory, right, k * n).set(b);
  view(memory, none, n8).fill(0);
  float.pack(right, panels, k, n, ...(transposed ? [1, k] : [n, 1]));
  const point = [1, 1, 1, 1, 1, 1];
  float.convolve(
    left,
    panels,
    none,
    product,
    m,
    k,
    1,
    m,
    n,
    ...point,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  );
  return view(memory, product, m * n).slice();
}

/** Pixels of a row of the image that the k pixels become: what a tile of sums goes through stays in the caches. */
const ROW = 16;

/** The gradient of such a convolution's weights: op(A) = Aᵀ, a sum over k pixels of m by n channels. */
function overRows(
  { memory, float }: Multiplier,
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
): Float32Array {
  const n8 = padded8(n);
  const [left, right, wide, sums, product] = places(memory, [k * m, k * n, k * n8, m * n8, m * n]);
  view(memory, left, k * m).set(a);
  view(memory, right, k * n).set(b);
  view(memory, sums, m * n8).fill(0);
  if (n8 > n) {
    view(memory, wide, k * n8).fill(0);
    float.copyColumns(right, wide, k, n, n, n8);
  }
  sumOver(float, left, n8 > n ? wide : right, sums, k, m, n8);
  float.copyColumns(sums, product, m, n, n8, n);
  return view(memory, product, m * n).slice();
}

/** sums (m × n8) += Aᵀ·B of a: k × m, b: k × n8. */
function sumOver(float: FloatExports, a: number, b: number, sums: number, k: number, m: number, n8: number): void {
  const rows = Math.floor(k / ROW);
  const point = [1, 1, 1, 1, 1, 1];
  float.filterGradient(a, b, sums, ROW, m, rows, ROW, n8, ...point);
  const rest = k - rows * ROW;
  if (rest === 0) return;
  const done = 4 * rows * ROW;
  float.filterGradient(a + done * m, b + done * n8, sums, rest, m, 1, rest, n8, ...point);
}

/** Byte offsets of arrays of so many floats each, one after another; the memory grows to hold them. */
function places(memory: WebAssembly.Memory, lengths: number[]): number[] {
  let end = 0;
  const offsets = lengths.map((length) => {
    const at = end;
    end += 4 * ((length + 3) & ~3);
    return at;
  });
  const missing = Math.ceil((end - memory.buffer.byteLength) / 65536);
  if (missing > 0) memory.grow(missing);
  return offsets;
}

const view = (memory: WebAssembly.Memory, at: number, length: number) => new Float32Array(memory.buffer, at, length);

function plainly(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array {
  const product = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < k; j++) {
      const x = a[i * k + j];
      for (let c = 0; c < n; c++) product[i * n + c] += x * b[j * n + c];
    }
  }
  return product;
}
