// What the runtime's statuses are called and mean, and the exit codes: one catalogue for the command line and for
// infer.wasm. Plain TypeScript for both compilers; a switch of literals costs the runtime no allocation.
import {
  STATUS_CHECKSUM,
  STATUS_FILE_BYTES,
  STATUS_GEOMETRY,
  STATUS_HEADER,
  STATUS_LAYER_KIND,
  STATUS_LAYER_TENSORS,
  STATUS_MAGIC,
  STATUS_MEMORY,
  STATUS_NO_MODEL,
  STATUS_NO_SELF_TEST,
  STATUS_OK,
  STATUS_OVERLAP,
  STATUS_PARAMETERS,
  STATUS_SCRATCH,
  STATUS_SELF_TEST,
  STATUS_STEP,
  STATUS_TENSOR,
  STATUS_TRUNCATED,
  STATUS_VERSION_NEW,
  STATUS_VERSION_OLD,
  STATUS_WEIGHTS,
} from "./status.ts";

export const EXIT_USAGE: i32 = 2; // arguments
export const EXIT_INPUT: i32 = 3; // a file that cannot be read, or does not hold what it should
export const EXIT_MODEL: i32 = 4; // a model file that the runtime refuses
export const EXIT_SOURCE: i32 = 5; // a source network that cannot be compiled
export const EXIT_OUTPUT: i32 = 6; // a file that cannot be written
export const EXIT_INTERNAL: i32 = 70;

/** The stable name of a status. */
export function statusName(status: i32): string {
  switch (status) {
    case STATUS_OK:
      return "OK";
    case STATUS_NO_MODEL:
      return "NO_MODEL";
    case STATUS_TRUNCATED:
      return "TRUNCATED";
    case STATUS_MAGIC:
      return "MAGIC";
    case STATUS_VERSION_OLD:
      return "VERSION_OLD";
    case STATUS_VERSION_NEW:
      return "VERSION_NEW";
    case STATUS_FILE_BYTES:
      return "FILE_BYTES";
    case STATUS_CHECKSUM:
      return "CHECKSUM";
    case STATUS_HEADER:
      return "HEADER";
    case STATUS_TENSOR:
      return "TENSOR";
    case STATUS_LAYER_KIND:
      return "LAYER_KIND";
    case STATUS_LAYER_TENSORS:
      return "LAYER_TENSORS";
    case STATUS_GEOMETRY:
      return "GEOMETRY";
    case STATUS_WEIGHTS:
      return "WEIGHTS";
    case STATUS_PARAMETERS:
      return "PARAMETERS";
    case STATUS_SCRATCH:
      return "SCRATCH";
    case STATUS_OVERLAP:
      return "OVERLAP";
    case STATUS_MEMORY:
      return "MEMORY";
    case STATUS_STEP:
      return "STEP";
    case STATUS_NO_SELF_TEST:
      return "NO_SELF_TEST";
    case STATUS_SELF_TEST:
      return "SELF_TEST";
    default:
      return "UNKNOWN";
  }
}

/** What a status means, and what to do about it. */
export function statusText(status: i32): string {
  switch (status) {
    case STATUS_OK:
      return "success";
    case STATUS_NO_MODEL:
      return "no model is loaded; call load first";
    case STATUS_TRUNCATED:
      return "the file is shorter than a model header; copy it again";
    case STATUS_MAGIC:
      return "not a halfbit model file; compile one with `halfbit compile`";
    case STATUS_VERSION_OLD:
      return "written in an older model format; compile the source network again";
    case STATUS_VERSION_NEW:
      return "written in a newer model format; update halfbit";
    case STATUS_FILE_BYTES:
      return "the file's length differs from the one in its header (truncated or overlong); copy it again";
    case STATUS_CHECKSUM:
      return "the checksum does not match: the file is damaged; copy it again";
    case STATUS_HEADER:
      return "the header is inconsistent";
    case STATUS_TENSOR:
      return "a tensor record is out of range";
    case STATUS_LAYER_KIND:
      return "a layer kind or flag this runtime does not know; update halfbit";
    case STATUS_LAYER_TENSORS:
      return "a layer reads a tensor that nothing has written, or one that does not exist";
    case STATUS_GEOMETRY:
      return "a layer's shapes, kernel, stride or padding do not agree";
    case STATUS_WEIGHTS:
      return "a layer's weights, biases or multipliers are out of range";
    case STATUS_PARAMETERS:
      return "a layer's parameters are out of range";
    case STATUS_SCRATCH:
      return "a layer's scratch memory is too small or out of range";
    case STATUS_OVERLAP:
      return "a layer would overwrite memory that is still needed";
    case STATUS_MEMORY:
      return "not enough memory for the model and its arena";
    case STATUS_STEP:
      return "there is no layer of that index";
    case STATUS_NO_SELF_TEST:
      return "the model carries no self-test";
    case STATUS_SELF_TEST:
      return "the self-test failed: this engine computes other bits at this layer";
    default:
      return "the runtime refused the model";
  }
}
