// Memory map: [static data][model file, at HEAP][arena, aligned, after the file]. The model is executed in place.
// With STREAM (stream.ts) it is [static data][header and records, at HEAP][self-test][window][arena].

import { ALIGNMENT, HEADER_BYTES } from "../format/layout";
import { STATUS_OK } from "../format/status";

const PAGE: u64 = 65536;
const BEHIND_DATA: usize = (__heap_base + ALIGNMENT - 1) & ~(<usize>ALIGNMENT - 1);
// A build with a heap of its own behind the static data (the unit tests) says in MODEL_BASE where models go instead.
const HEAP: usize = isDefined(MODEL_BASE) ? MODEL_BASE : isDefined(COMMAND) ? behindEngine() : BEHIND_DATA;

/** The command's memory is one page. Where there are more at the start, the engine has put its own heap there: iwasm does. */
function behindEngine(): usize {
  const pages = memory.size();
  return pages > 1 ? (<usize>pages) << 16 : BEHIND_DATA;
}

/** Whether the data of layers is read when they run. */
export const STREAMS: bool = isDefined(STREAM);

export let model: usize = 0; // the file, 0 until it has been verified
export let arena: usize = 0;
let reserved: i32 = 0;
let dataBase: usize = 0;
let errorCode: i32 = STATUS_OK;
let errorRecord: i32 = -1;

/** Grows the memory so that addresses below `end` exist. False where the engine refuses. */
function ensure(end: u64): bool {
  const have = <u64>(<u32>memory.size()) * PAGE;
  if (end <= have) return true;
  if (end > 0xffff0000) return false;
  return memory.grow(<i32>((end - have + PAGE - 1) / PAGE)) >= 0;
}

/**
 * Room for a model file; forgets the model loaded before. 0 where memory cannot be had. With STREAM, all the memory there
 * is for the runtime, from address 0.
 */
export function reserveFile(bytes: i32): usize {
  model = 0;
  reserved = 0;
  if (STREAMS) {
    if (bytes <= <i32>HEAP + HEADER_BYTES || !ensure(bytes)) return 0;
  } else if (bytes <= 0 || !ensure(<u64>HEAP + <u64>bytes)) return 0;
  reserved = bytes;
  return HEAP;
}

/** The reserved file's address and size. */
export function file(): usize {
  return HEAP;
}
export function fileRoom(): i32 {
  return reserved;
}

/** What the address of a layer's data has beside its offset in the file. */
export function data(): usize {
  return STREAMS ? dataBase : HEAP;
}
export function setData(base: usize): void {
  dataBase = base;
}

/** Places the arena behind the file of `bytes` and zeroes it: the first run sees the same memory on every engine. */
export function placeArena(bytes: i32, arenaBytes: i32): bool {
  const start = (<u64>HEAP + <u64>bytes + ALIGNMENT - 1) & ~(<u64>ALIGNMENT - 1);
  const end = start + ((<u64>arenaBytes + 7) & ~7);
  if (STREAMS ? end > <u64>reserved : !ensure(end)) return false;
  arena = <usize>start;
  for (let p = arena; p < <usize>end; p += 8) store<u64>(p, 0);
  return true;
}

/** From here on run may be called. */
export function accept(): void {
  model = HEAP;
}

/** Remembers what was refused and where; returns the code. */
export function fail(code: i32, record: i32): i32 {
  errorCode = code;
  errorRecord = record;
  return code;
}

/** Code in the low 32 bits, record index (−1: none) in the high 32. */
export function error(): i64 {
  return ((<i64>errorRecord) << 32) | <i64>errorCode;
}
