// infer.wasm MODEL IMAGE... [--top N] [--json] [--output FILE] [--profile] [--help]
import { usage } from "./fail";
import { args_get, args_sizes_get } from "./wasi_snapshot_preview1";

const MAX_BYTES: u32 = 16384;
const MAX_ARGUMENTS: u32 = 512;

const buffer: usize = memory.data(16384);
const pointers: usize = memory.data(2048);
const sizes: usize = memory.data(8);

export let help: bool = false;
export let json: bool = false;
export let profile: bool = false;
export let top: i32 = 5;
export let outputPath: usize = 0;
/** How many files were named; file(0) is the model. */
export let fileCount: i32 = 0;

/** Zero-terminated path of a file argument. */
export function file(index: i32): usize {
  return load<u32>(pointers + ((<usize>index) << 2));
}

/** Address behind `prefix` where the argument starts with it, else 0. */
function after(argument: usize, prefix: string): usize {
  const characters = changetype<usize>(prefix);
  const n = prefix.length;
  for (let i = 0; i < n; i++) if (load<u8>(argument + i) != load<u16>(characters + ((<usize>i) << 1))) return 0;
  return argument + n;
}

function is(argument: usize, name: string): bool {
  const rest = after(argument, name);
  return rest != 0 && load<u8>(rest) == 0;
}

/** A number from 1 to 999,999. */
function positive(digits: usize): i32 {
  let value = 0;
  for (let p = digits; load<u8>(p) != 0; p++) {
    const digit = <i32>load<u8>(p) - 0x30;
    if (digit < 0 || digit > 9) usage("--top needs a whole number, 1 or more", digits);
    value = value * 10 + digit;
    if (value > 999999) usage("--top is too large", digits);
  }
  if (value == 0) usage("--top needs a whole number, 1 or more", digits);
  return value;
}

/** True for the argument "-": standard input. */
export function isStandardInput(path: usize): bool {
  return load<u8>(path) == 0x2d && load<u8>(path, 1) == 0;
}

/** Standard input is no model, can be read once, and is not written. */
function checkStandardInput(): void {
  let found = false;
  for (let i = 0; i < fileCount; i++) {
    if (!isStandardInput(file(i))) continue;
    if (i == 0) usage("the model must be a file; only an image can come from standard input", file(0));
    if (found) usage("standard input can be read only once; name a file for the others", file(i));
    found = true;
  }
  if (outputPath != 0 && isStandardInput(outputPath)) usage("standard input only; name a file to write", outputPath);
}

/** Reads the command line; what is not an option is a file. */
export function parse(): void {
  if (args_sizes_get(sizes, sizes + 4) != 0) usage("the command line cannot be read", 0);
  const count = load<i32>(sizes);
  if (<u32>count > MAX_ARGUMENTS || load<u32>(sizes, 4) > MAX_BYTES) {
    usage("the command line is longer than 512 arguments or 16,384 bytes", 0);
  }
  if (args_get(pointers, buffer) != 0) usage("the command line cannot be read", 0);
  let options = true;
  for (let i = 1; i < count; i++) {
    const argument = file(i);
    if (!options || load<u8>(argument) != 0x2d || load<u8>(argument, 1) == 0) {
      store<u32>(pointers + ((<usize>fileCount) << 2), argument);
      fileCount++;
    } else if (is(argument, "--")) options = false;
    else if (is(argument, "--help") || is(argument, "-h")) help = true;
    else if (is(argument, "--json")) json = true;
    else if (is(argument, "--profile")) profile = true;
    else if (after(argument, "--top=") != 0) top = positive(after(argument, "--top="));
    else if (after(argument, "--output=") != 0) outputPath = after(argument, "--output=");
    else if (is(argument, "--top") && i + 1 < count) top = positive(file(++i));
    else if (is(argument, "--output") && i + 1 < count) outputPath = file(++i);
    else if (is(argument, "--top") || is(argument, "--output")) usage("this option needs a value", argument);
    else usage("unknown option", argument);
  }
  checkStandardInput();
}
