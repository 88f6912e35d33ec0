// --profile: the time of each layer, measured around the runtime's steps.
import { layerCount, step } from "../index";
import { entry, length, list, start } from "./metadata";
import { byte, bytes, integer, padded, STDERR, STDOUT, text, to } from "./print";
import { clock_time_get } from "./wasi_snapshot_preview1";

const MONOTONIC: i32 = 1;
const NUMBER_WIDTH: i32 = 4;
const TIME_WIDTH: i32 = 9;

const time: usize = memory.data(8);

function nanoseconds(): u64 {
  return clock_time_get(MONOTONIC, 1, time) == 0 ? load<u64>(time) : 0;
}

/** One inference; prints `layer  µs  name` on standard error, and the sum. */
export function runProfiled(model: usize): void {
  const names = list(model, "layers");
  let total: u64 = 0;
  to(STDERR);
  for (let i = 0, n = layerCount(); i < n; i++) {
    const before = nanoseconds();
    step(i);
    const taken = nanoseconds() - before;
    total += taken;
    padded(i, NUMBER_WIDTH, 0x20);
    padded(taken / 1000, TIME_WIDTH, 0x20);
    text(" us  ");
    if (entry(names, i)) bytes(start, length);
    else integer(i);
    byte(0x0a);
  }
  text(" all");
  padded(total / 1000, TIME_WIDTH, 0x20);
  text(" us\n");
  to(STDOUT);
}
