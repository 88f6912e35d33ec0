// Progress on standard error: a bar on a terminal, else a line whenever a stage begins.
import { SingleBar } from "cli-progress";

const REDRAW_MS = 100;
/** A stage that lasts longer says how much longer. */
const LEFT_AFTER_MS = 3000;

export class Progress {
  private readonly quiet: boolean;
  private readonly bar: SingleBar | undefined;
  private stage = "";
  private drawn = 0;
  /** When the stage began, and how much of it was done then (a training that goes on has some behind it). */
  private began = { at: 0, share: 0 };

  constructor(quiet = false) {
    this.quiet = quiet;
    if (quiet || !process.stderr.isTTY) return;
    this.bar = new SingleBar({
      format: "{bar} {percentage} %  {stage}{left}",
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
    });
  }

  /** Redraws by the clock: stages report from within long synchronous work, where timers do not run. */
  update(stage: string, done: number, total: number): void {
    if (this.quiet) return;
    const begins = stage !== this.stage;
    this.stage = stage;
    if (begins) this.began = { at: Date.now(), share: done / total };
    if (this.bar === undefined) {
      if (begins) process.stderr.write(`${stage}\n`);
      return;
    }
    const now = Date.now();
    if (!begins && now - this.drawn < REDRAW_MS) return;
    const left = this.timeLeft(now, done / total);
    if (this.drawn === 0) this.bar.start(total, done, { stage, left });
    this.drawn = now;
    this.bar.setTotal(Math.max(1, total));
    this.bar.update(done, { stage, left });
    this.bar.render();
  }

  /** ", 3:20 left" once there is something to judge by. */
  private timeLeft(now: number, share: number): string {
    const { at, share: first } = this.began;
    if (now - at < LEFT_AFTER_MS || share <= first) return "";
    const seconds = Math.round((((now - at) / (share - first)) * (1 - share)) / 1000);
    return `, ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
  }

  /** A line of its own. */
  note(text: string): void {
    if (this.quiet) return;
    this.bar?.stop();
    this.drawn = 0;
    process.stderr.write(`halfbit: ${text}\n`);
  }

  end(): void {
    this.bar?.stop();
  }
}
