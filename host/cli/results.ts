// The scores of one inference, as lines or as one line of JSON; assembly/wasi/results.ts prints the same characters.
import { formatScore, ranking } from "../score.ts";
import type { Session } from "../session.ts";

const RANK_WIDTH = 3;
const SCORE_WIDTH = 12;

/** A label as the inside of a JSON string: control characters in a model file cannot reach the terminal. */
function label(session: Session, index: number): string {
  return JSON.stringify(session.label(index)).slice(1, -1);
}

/** `rank  score  label`, a line each. */
export function resultLines(session: Session, raw: Int8Array, top: number): string {
  const lines = ranking(raw)
    .slice(0, top)
    .map((index, i) => {
      const score = formatScore(session.score(raw[index])).padStart(SCORE_WIDTH);
      return `${String(i + 1).padStart(RANK_WIDTH)}${score}  ${label(session, index)}\n`;
    });
  return lines.join("");
}

/** {"input", "top": [{index, label, score, raw}], "raw": the output tensor} */
export function resultJson(session: Session, input: string, raw: Int8Array, top: number): string {
  const best = ranking(raw)
    .slice(0, top)
    .map((index) => {
      const score = formatScore(session.score(raw[index]));
      return `{"index":${index},"label":"${label(session, index)}","score":${score},"raw":${raw[index]}}`;
    });
  return `{"input":${JSON.stringify(input)},"top":[${best.join()}],"raw":[${raw.join()}]}\n`;
}
