// How large steps may be: as large as the network can bear where it stands.

/** Part of the state of training. */
export interface Pace {
  /** Of the learning rates. */
  factor: number;
  /** Sum of the training losses since the last look, and the least mean of them between two looks. */
  sum: number;
  least: number;
}

/** How much worse than the least mean is too fast. */
const WORSE = 1.05;

/**
 * Samples that bear the full rates; with fewer they are smaller, as the square root of the number: what few samples say
 * goes for others less. With 2,000, full rates made ResNet-8 at 17 kB worse on others (0.232 to 0.253), a quarter of
 * them better (0.224).
 */
const MANY = 32_000;

/**
 * Divergence from the original that bears the full rates; the way to go is about as long as its square root. ResNet-8
 * at 29 kB starts at 0.053: in 500 steps, full rates lead to 0.0509, a quarter of them to 0.0494. Labels ask for more
 * than a way back to the original, so they have the full rates wherever it starts.
 */
const FAR = 0.8;

/** start: loss of the approximation before any step; samples: of the training set. */
export function firstPace(start: number, samples: number, labelled: boolean): Pace {
  const factor = Math.min(1, Math.sqrt(samples / MANY), labelled ? 1 : Math.sqrt(start / FAR));
  return { factor, sum: 0, least: start };
}

/**
 * At a look, `steps` steps after the last one: whether the losses since then say that steps were too large. Then rates
 * are halved, and training has to return to its best state. An approximation near the original is thrown off by rates
 * that one far from it needs to get anywhere.
 */
export function tooFast(pace: Pace, steps: number): boolean {
  const mean = pace.sum / steps;
  const worse = mean > WORSE * pace.least;
  if (worse) pace.factor /= 2;
  pace.sum = 0;
  pace.least = Math.min(pace.least, mean);
  return worse;
}
