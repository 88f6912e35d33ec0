import {
  ALIGNMENT,
  FORMAT_VERSION,
  H_ARENA_BYTES,
  H_CRC32,
  H_DATA,
  H_DATA_BYTES,
  H_FILE_BYTES,
  H_INPUT,
  H_LAYER_COUNT,
  H_LAYERS,
  H_MAGIC,
  H_METADATA,
  H_METADATA_BYTES,
  H_OUTPUT,
  H_SELF_TEST,
  H_TENSOR_COUNT,
  H_TENSORS,
  H_VERSION,
  HEADER_BYTES,
  LAYER_BYTES,
  MAGIC,
  MAX_ARENA_BYTES,
  MAX_FILE_BYTES,
  MAX_LAYERS,
  MAX_TENSORS,
  TENSOR_BYTES,
} from "../../format/layout";
import {
  STATUS_CHECKSUM,
  STATUS_FILE_BYTES,
  STATUS_HEADER,
  STATUS_MAGIC,
  STATUS_OK,
  STATUS_TRUNCATED,
  STATUS_VERSION_NEW,
  STATUS_VERSION_OLD,
} from "../../format/status";
import { file, STREAMS } from "../state";
import { streamCrc32 } from "../stream";
import { crc32 } from "./crc32";

/** True where `bytes` from the offset at `field` of the header on lie behind it and inside the file, aligned. */
function section(field: i32, bytes: u64): bool {
  const offset = load<u32>(file() + field);
  return (
    offset % ALIGNMENT == 0 &&
    offset >= <u32>HEADER_BYTES &&
    <u64>offset + bytes <= <u64>load<u32>(file(), H_FILE_BYTES)
  );
}

/** Checks everything that can be known before the records are read. */
export function verifyHeader(bytes: i32): i32 {
  const f = file();
  if (bytes < 8) return STATUS_TRUNCATED;
  if (load<i32>(f, H_MAGIC) != MAGIC) return STATUS_MAGIC;
  const version = load<u32>(f, H_VERSION);
  if (version < <u32>FORMAT_VERSION) return STATUS_VERSION_OLD;
  if (version > <u32>FORMAT_VERSION) return STATUS_VERSION_NEW;
  if (bytes < HEADER_BYTES) return STATUS_TRUNCATED;
  if (bytes > MAX_FILE_BYTES || load<i32>(f, H_FILE_BYTES) != bytes) return STATUS_FILE_BYTES;
  const after = H_CRC32 + 4;
  const crc = STREAMS ? streamCrc32(after, bytes) : crc32(f + after, bytes - after);
  if (load<u32>(f, H_CRC32) != crc) return STATUS_CHECKSUM;

  const tensors = load<u32>(f, H_TENSOR_COUNT);
  const layers = load<u32>(f, H_LAYER_COUNT);
  if (
    load<u32>(f, H_ARENA_BYTES) > <u32>MAX_ARENA_BYTES ||
    tensors == 0 ||
    tensors > <u32>MAX_TENSORS ||
    layers == 0 ||
    layers > <u32>MAX_LAYERS ||
    load<u32>(f, H_INPUT) >= tensors ||
    load<u32>(f, H_OUTPUT) >= tensors ||
    !section(H_TENSORS, <u64>tensors * TENSOR_BYTES) ||
    !section(H_LAYERS, <u64>layers * LAYER_BYTES) ||
    !section(H_DATA, load<u32>(f, H_DATA_BYTES)) ||
    !section(H_METADATA, load<u32>(f, H_METADATA_BYTES)) ||
    (load<u32>(f, H_SELF_TEST) != 0 && !section(H_SELF_TEST, 4 + 4 * <u64>layers))
  )
    return STATUS_HEADER;
  return STATUS_OK;
}
