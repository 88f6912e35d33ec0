import { HalfbitError } from "./errors.ts";
import type { Session } from "./session.ts";

export interface Evaluation {
  /** Share of samples whose highest output is the label's, 0…1; of equal outputs the first counts. */
  top1: number;
  count: number;
  /** confusion[label][answer] counts samples. */
  confusion: number[][];
}

/** samples: count × H × W × C int8 in the model's input type; labels: one a sample, below the number of outputs. */
export function evaluate(
  session: Session,
  samples: Int8Array,
  labels: Uint8Array,
  onProgress: (done: number, total: number) => void = () => {},
): Evaluation {
  const [h, w, c] = session.input.shape;
  const classes = session.output.shape.reduce((product, n) => product * n, 1);
  const each = h * w * c;
  const count = labels.length;
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new HalfbitError(
      "E_LABELS",
      `label ${labels[wrong]} of sample ${wrong}: the model has ${classes} outputs, 0 to ${classes - 1}`,
    );
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < count; i++) {
    const output = session.runRaw(samples.subarray(i * each, (i + 1) * each));
    let best = 0;
    for (let j = 1; j < classes; j++) if (output[j] > output[best]) best = j;
    confusion[labels[i]][best]++;
    onProgress(i + 1, count);
  }
  const right = confusion.reduce((total, row, label) => total + row[label], 0);
  return { top1: right / count, count, confusion };
}
