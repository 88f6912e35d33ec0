// Timing of candidates side by side: in each round every one runs for a few milliseconds, so that what else the machine
// does meets all of them. Each round gives one figure a candidate; the median stands for it.

/** Something to time. */
export interface Candidate {
  name: string;
  /** Runs it so many times, one after the other; how many seconds they took together. */
  seconds(iterations: number): number | Promise<number>;
}

/** Seconds an iteration: the median of the rounds, and what a tenth of them lie below and above. */
export interface Timing {
  median: number;
  low: number;
  high: number;
}

export interface Rounds {
  rounds: number;
  /** Seconds of a candidate in a round, about. */
  batch: number;
  /** Seconds of a candidate before the first round, in which V8 compiles it well. */
  warmUp: number;
}

/** seconds() of a function. */
export function timed(run: () => unknown): Candidate["seconds"] {
  return (iterations) => {
    const start = performance.now();
    for (let i = 0; i < iterations; i++) run();
    return (performance.now() - start) / 1000;
  };
}

/** The same where each iteration is awaited. */
export function timedAsync(run: () => Promise<unknown>): Candidate["seconds"] {
  return async (iterations) => {
    const start = performance.now();
    for (let i = 0; i < iterations; i++) await run();
    return (performance.now() - start) / 1000;
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

export function timing(samples: readonly number[]): Timing {
  return { median: quantile(samples, 0.5), low: quantile(samples, 0.1), high: quantile(samples, 0.9) };
}

/** Doubles the iterations until the warm-up is over; how many of them fill a round's share. */
async function warmUp({ seconds }: Candidate, { batch, warmUp }: Rounds): Promise<number> {
  let spent = 0;
  for (let iterations = 1; ; iterations *= 2) {
    const took = await seconds(iterations);
    spent += took;
    if (spent >= warmUp && took > 0) return Math.max(1, Math.round((batch * iterations) / took));
  }
}

/** A candidate's timing, and the figure of each round. */
export interface Measured extends Timing {
  samples: number[];
}

/** How many times as fast as `slow` `fast` is: the median of the rounds' quotients, so that what slows a round cancels. */
export function ratio(slow: Measured, fast: Measured): number {
  return quantile(
    slow.samples.map((seconds, round) => seconds / fast.samples[round]),
    0.5,
  );
}

/** The same work one after the other. */
export function inTurn(parts: readonly Measured[]): Measured {
  const samples = parts[0].samples.map((_, round) => parts.reduce((sum, part) => sum + part.samples[round], 0));
  return { ...timing(samples), samples };
}

/** A timing for each candidate, in their order. Every round starts with another one. */
export async function interleaved(candidates: readonly Candidate[], rounds: Rounds): Promise<Measured[]> {
  const iterations: number[] = [];
  for (const candidate of candidates) iterations.push(await warmUp(candidate, rounds));
  const samples: number[][] = candidates.map(() => []);
  for (let round = 0; round < rounds.rounds; round++) {
    for (let turn = 0; turn < candidates.length; turn++) {
      const i = (round + turn) % candidates.length;
      samples[i].push((await candidates[i].seconds(iterations[i])) / iterations[i]);
    }
  }
  return samples.map((own) => ({ ...timing(own), samples: own }));
}
