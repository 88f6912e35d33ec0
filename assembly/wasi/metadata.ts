// Labels and layer names from the model's metadata, a JSON object that the runtime itself skips. This scanner knows
// strings and nesting only, stays inside the section whatever its bytes are, and hands out the text between a string's
// quotes as it stands, escapes included: so a label cannot steer a terminal, and --json can print it unchanged.
import { H_METADATA, H_METADATA_BYTES } from "../../format/layout";

const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;
const COLON: i32 = 0x3a;
const OPEN: i32 = 0x5b;
const OPEN_OBJECT: i32 = 0x7b;
const CLOSE: i32 = 0x5d;
const CLOSE_OBJECT: i32 = 0x7d;

let end: usize = 0;

/** After entry(): the string's text. */
export let start: usize = 0;
export let length: i32 = 0;

/** The end of the string whose first character is at `p`: the address of its closing quote, or the section's end. */
function closing(p: usize): usize {
  while (p < end && load<u8>(p) != QUOTE) p += load<u8>(p) == BACKSLASH ? 2 : 1;
  return min(p, end);
}

function space(p: usize): usize {
  while (p < end && load<u8>(p) <= 0x20) p++;
  return p;
}

function equals(p: usize, bytes: i32, literal: string): bool {
  if (bytes != literal.length) return false;
  const characters = changetype<usize>(literal);
  for (let i = 0; i < bytes; i++) if (load<u8>(p + i) != load<u16>(characters + ((<usize>i) << 1))) return false;
  return true;
}

/** Address behind the "[" of the top-level array `key`, or 0. */
export function list(model: usize, key: string): usize {
  let p = model + load<u32>(model, H_METADATA);
  end = p + load<u32>(model, H_METADATA_BYTES);
  let depth = 0;
  while (p < end) {
    const c = <i32>load<u8>(p++);
    if (c == OPEN || c == OPEN_OBJECT) depth++;
    else if (c == CLOSE || c == CLOSE_OBJECT) depth--;
    if (c != QUOTE) continue;
    const from = p;
    const to = closing(p);
    p = space(to + 1);
    if (depth != 1 || p >= end || load<u8>(p) != COLON || !equals(from, <i32>(to - from), key)) continue;
    p = space(p + 1);
    if (p < end && load<u8>(p) == OPEN) return p + 1;
  }
  return 0;
}

/** Finds string `index` of an array that list() found; false where there is none. */
export function entry(array: usize, index: i32): bool {
  if (array == 0) return false;
  let p = array;
  while (p < end) {
    const c = <i32>load<u8>(p++);
    if (c == CLOSE) return false;
    if (c != QUOTE) continue;
    const to = closing(p);
    if (index-- == 0) {
      start = p;
      length = <i32>(to - p);
      return true;
    }
    p = to + 1;
  }
  return false;
}
