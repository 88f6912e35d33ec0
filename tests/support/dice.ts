// Seeded random choices for generated test networks.

import { random, randomInt8 } from "./models.ts";

export class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = random(seed);
  }

  /** A whole number from low to high, both included. */
  int(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)];
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** Real, uniform in its logarithm. */
  real(low: number, high: number): number {
    return low * (high / low) ** (this.next() / 2 ** 32);
  }

  int8(count: number): Int8Array {
    return randomInt8(count, this.next());
  }

  /** The extremes as often as anything between. */
  zeroPoint(): number {
    return this.pick([-128, 127, 0, this.int(-128, 127), this.int(-128, 127), this.int(-20, 20)]);
  }

  /** A float32 near `about`: any, or one of few bits (n · 2^k, n ≤ 7), where products fall on ties. */
  scale(about: number): number {
    const value = this.real(about / 2, about * 2);
    if (this.chance(0.5)) return Math.fround(value);
    return this.pick([1, 1, 3, 5, 7]) * 2 ** Math.round(Math.log2(value / 4));
  }
}
