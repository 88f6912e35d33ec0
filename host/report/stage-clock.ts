import type { StageSeconds } from "./report.ts";

/** Seconds between the stages that progress names: a stage lasts from its first word to that of the next. */
export class StageClock {
  private readonly began: { stage: string; at: number }[] = [];
  private readonly now: () => number;

  /** now: milliseconds that only rise. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
    this.enter("import");
  }

  enter(stage: string): void {
    if (this.began.at(-1)?.stage !== stage) this.began.push({ stage, at: this.now() });
  }

  /** Up to now, a row a stage in the order of their first words; one that came again is summed. */
  seconds(): StageSeconds[] {
    const end = this.now();
    const sums = new Map<string, number>();
    for (const [i, { stage, at }] of this.began.entries()) {
      const until = this.began[i + 1]?.at ?? end;
      sums.set(stage, (sums.get(stage) ?? 0) + (until - at) / 1000);
    }
    return [...sums].map(([stage, seconds]) => ({ stage, seconds }));
  }
}
