/** The original network's answers to the samples that training has seen, so that each is computed once. */
export interface Answers {
  /** Those of all of `indices`, or undefined where one is missing. */
  of(indices: Uint32Array): Float32Array | undefined;
  keep(indices: Uint32Array, answers: Float32Array): void;
}

/** Numbers kept at most, 256 MB; networks with larger outputs are asked again. */
const MOST = 2 ** 26;

/** count samples of `width` numbers. */
export function rememberAnswers(count: number, width: number): Answers {
  if (count * width > MOST) return { of: () => undefined, keep: () => {} };
  const all = new Float32Array(count * width);
  const known = new Uint8Array(count);
  return {
    of: (indices) => {
      if (!indices.every((i) => known[i])) return undefined;
      const answers = new Float32Array(indices.length * width);
      for (const [n, i] of indices.entries()) answers.set(all.subarray(i * width, (i + 1) * width), n * width);
      return answers;
    },
    keep: (indices, answers) => {
      for (const [n, i] of indices.entries()) {
        all.set(answers.subarray(n * width, (n + 1) * width), i * width);
        known[i] = 1;
      }
    },
  };
}
