// The scores of one inference, as lines or as one line of JSON; host/cli/results.ts prints the same characters.
import { H_OUTPUT, T_SCALE, T_ZERO_POINT } from "../../format/layout";
import { output, outputBytes } from "../index";
import { tensorRecord } from "../model";
import { entry, length, list, start } from "./metadata";
import { byte, bytes, integer, json0, padded, text } from "./print";
import { score } from "./score";

const RANK_WIDTH: i32 = 3;
const SCORE_WIDTH: i32 = 12;

/** Index of the output that ranks next after `previous`, by value and then by index; previous −1 asks for the first. */
function next(values: usize, count: i32, previous: i32): i32 {
  const bound = previous < 0 ? i32.MAX_VALUE : <i32>load<i8>(values + previous);
  let best = -1;
  let bestValue = i32.MIN_VALUE;
  for (let i = 0; i < count; i++) {
    const value = <i32>load<i8>(values + i);
    const follows = value < bound || (value == bound && i > previous);
    if (!follows || value <= bestValue) continue;
    best = i;
    bestValue = value;
  }
  return best;
}

/** Prints output `index`'s label, or its number where the model has no label for it. */
function label(labels: usize, index: i32): void {
  if (entry(labels, index)) bytes(start, length);
  else integer(index);
}

export function printScores(model: usize, input: usize, top: i32, json: bool): void {
  const tensor = tensorRecord(load<i32>(model, H_OUTPUT));
  const scale = <f64>load<f32>(tensor, T_SCALE);
  const zeroPoint = load<i32>(tensor, T_ZERO_POINT);
  const labels = list(model, "labels");
  const values = output();
  const count = outputBytes();
  if (json) {
    text('{"input":"');
    json0(input);
    text('","top":[');
  }
  let index = -1;
  for (let rank = 1; rank <= min(top, count); rank++) {
    index = next(values, count, index);
    const raw = <i32>load<i8>(values + index);
    const real = scale * <f64>(raw - zeroPoint);
    if (json) {
      if (rank > 1) byte(0x2c);
      text('{"index":');
      integer(index);
      text(',"label":"');
      label(labels, index);
      text('","score":');
      score(real, 0);
      text(',"raw":');
      integer(raw);
      byte(0x7d);
    } else {
      padded(rank, RANK_WIDTH, 0x20);
      score(real, SCORE_WIDTH);
      text("  ");
      label(labels, index);
      byte(0x0a);
    }
  }
  if (json) {
    text('],"raw":[');
    for (let i = 0; i < count; i++) {
      if (i > 0) byte(0x2c);
      integer(load<i8>(values + i));
    }
    text("]}\n");
  }
}
