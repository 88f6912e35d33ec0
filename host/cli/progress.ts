// Progress on standard error: a bar on a terminal, else a line whenever a stage begins.
import { SingleBar } from "cli-progress";

const REDRAW_MS = 100;

export class Progress {
  private readonly quiet: boolean;
  private readonly bar: SingleBar | undefined;
  private stage = "";
  private drawn = 0;

  constructor(quiet = false) {
    this.quiet = quiet;
    if (quiet || !process.stderr.isTTY) return;
    this.bar = new SingleBar({
      format: "{bar} {percentage} %  {stage}",
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
    if (this.bar === undefined) {
      if (begins) process.stderr.write(`${stage}\n`);
      return;
    }
    const now = Date.now();
    if (!begins && now - this.drawn < REDRAW_MS) return;
    if (this.drawn === 0) this.bar.start(total, done, { stage });
    this.drawn = now;
    this.bar.setTotal(Math.max(1, total));
    this.bar.update(done, { stage });
    this.bar.render();
  }

  end(): void {
    this.bar?.stop();
  }
}
