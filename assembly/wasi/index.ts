// infer.wasm: a WASI command that classifies raw images with a halfbit model.
// The model is read to where the runtime executes it, each image straight into the input tensor: no copies.
import { MAX_FILE_BYTES } from "../../format/layout";
import { EXIT_INPUT } from "../../format/messages";
import { STATUS_MEMORY } from "../../format/status";
import { input, inputBytes, lastError, load as loadModel, output, outputBytes, reserve, run } from "../index";
import { file, fileCount, help, json, outputPath, parse, profile, top } from "./arguments";
import { badInput, begin, end, refused, usage } from "./fail";
import { close, drain, finishOutput, openInput, openOutput, read, writeOutput } from "./files";
import { flush, integer, padded, string0, text } from "./print";
import { runProfiled } from "./profile";
import { printScores } from "./results";

const READ_BYTES: i32 = 16384; // memory grows by so much beyond the model's end at most

function printHelp(): void {
  text("usage: infer.wasm MODEL IMAGE... [options]\n\n");
  text("Classifies raw images (int8, height x width x channels) with a halfbit model; - is standard input.\n\n");
  text("  --top N        how many scores to print, the highest first (default 5)\n");
  text("  --json         one line of JSON for each image\n");
  text("  --output FILE  also write the raw int8 output\n");
  text("  --profile      microseconds of each layer, on standard error\n\n");
  text("example: wasmtime --dir . infer.wasm model.bin image.raw\n");
}

/**
 * Loads and verifies the model; returns its address. It is read until it ends: its size is not asked for, which wasm3's
 * own WASI cannot say (it has no fd_filestat_get, and takes fd_seek's origins for those of an older WASI).
 */
function openModel(path: usize): usize {
  const fd = openInput(path);
  let model: usize = 0;
  let bytes = 0;
  let got = 0;
  do {
    model = bytes > MAX_FILE_BYTES ? 0 : reserve(bytes + READ_BYTES);
    if (model == 0) refused(path, STATUS_MEMORY, -1);
    got = read(path, fd, model + bytes, READ_BYTES);
    bytes += got;
  } while (got == READ_BYTES);
  close(fd);
  if (bytes == 0) badInput("E_EMPTY", path, "the file is empty (0 bytes)");
  const status = loadModel(bytes);
  if (status != 0) refused(path, status, <i32>(lastError() >> 32));
  return model;
}

/** Reads an image into the input tensor, and makes sure that it has exactly the input's size. */
function readImage(path: usize): void {
  const fd = openInput(path);
  const expected = inputBytes();
  const got = <u64>read(path, fd, input(), expected);
  const total = got + drain(path, fd);
  close(fd);
  if (total == 0) badInput("E_EMPTY", path, "the file is empty (0 bytes)");
  if (total == <u64>expected) return;
  begin("E_INPUT_SIZE", path);
  padded(total, 1, 0x20);
  text(" bytes, but the model's input has ");
  integer(expected);
  text("; give it raw int8 values, height x width x channels");
  end(EXIT_INPUT);
}

export function _start(): void {
  parse();
  if (help) {
    printHelp();
    flush();
    return;
  }
  if (fileCount < 2) usage("name a model and at least one raw image", 0);
  const modelPath = file(0);
  const model = openModel(modelPath);
  if (outputPath != 0) openOutput(outputPath);
  for (let i = 1; i < fileCount; i++) {
    const image = file(i);
    readImage(image);
    if (profile) runProfiled(model);
    else run();
    if (outputPath != 0) writeOutput(outputPath, output(), outputBytes());
    if (!json && fileCount > 2) {
      string0(image);
      text(":\n");
    }
    printScores(model, image, top, json);
  }
  if (outputPath != 0) finishOutput(outputPath);
  flush();
}
