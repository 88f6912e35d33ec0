// Matrix products on the back end that the float executor uses, for Gram matrices and the solvers.

import { startTfjs } from "../tfjs/backend.ts";
import { transpose } from "../tfjs/layers.ts";

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
  const tf = await startTfjs();
  // Transposed here, because tfjs multiplies transposed operands with a plain loop, 10 times slower.
  const left = transposeA ? transpose(a, k, m) : a;
  const right = transposeB ? transpose(b, n, k) : b;
  const [first, second] = [tf.tensor2d(left, [m, k]), tf.tensor2d(right, [k, n])];
  const product = tf.matMul(first, second);
  const values = product.dataSync<"float32">().slice();
  // Not in tf.tidy, which would walk through every number of a returned array in search of tensors.
  tf.dispose([first, second, product]);
  return values;
}
