import { load as loadModel, reserve } from "../../assembly/index";
import { tensorRecord } from "../../assembly/model";
import { file } from "../../assembly/state";
import {
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
  KIND_MAX_POOL,
  MAX_ARENA_BYTES,
  MAX_CHANNELS,
  MAX_LAYERS,
  MAX_TENSORS,
  T_ARENA,
  T_CHANNELS,
  T_HEIGHT,
  T_WIDTH,
  T_ZERO_POINT,
} from "../../format/layout";
import {
  STATUS_CHECKSUM,
  STATUS_FILE_BYTES,
  STATUS_HEADER,
  STATUS_MAGIC,
  STATUS_OK,
  STATUS_TENSOR,
  STATUS_TRUNCATED,
  STATUS_VERSION_NEW,
  STATUS_VERSION_OLD,
} from "../../format/status";
import { begin, FILE_BYTES, finish, layer, refusedRecord, reload, tensor } from "./model";

/** A model that loads: one MaxPool of one value, tensors at arena bytes 0 and 16, 32 bytes of arena. */
function good(): void {
  begin();
  const x = tensor(1, 1, 1);
  const y = tensor(1, 1, 1);
  layer(KIND_MAX_POOL, x, y);
  expect(finish(x, y)).toBe(STATUS_OK);
}

/** The good model with one u32 of its header changed, under a right checksum. */
function header(field: usize, value: u32, status: i32): void {
  good();
  store<u32>(file() + field, value);
  expect(reload()).toBe(status, `header field ${field} = ${value}`);
  expect(refusedRecord()).toBe(-1);
}

/** The same for a field of tensor record 1. */
function record<T>(field: usize, value: i32, status: i32): void {
  good();
  store<T>(tensorRecord(1) + field, <T>value);
  expect(reload()).toBe(status, `tensor field ${field} = ${value}`);
  expect(refusedRecord()).toBe(status == STATUS_OK ? -1 : 1);
}

describe("the header is refused", () => {
  it("where the file is shorter than a header, longer than its room, or of no length", () => {
    good();
    for (let bytes = 0; bytes < HEADER_BYTES; bytes++) expect(loadModel(bytes)).toBe(STATUS_TRUNCATED);
    expect(loadModel(-1)).toBe(STATUS_TRUNCATED);
    expect(loadModel(FILE_BYTES + 1)).toBe(STATUS_TRUNCATED);
    expect(loadModel(i32.MIN_VALUE)).toBe(STATUS_TRUNCATED);
    expect(loadModel(FILE_BYTES)).toBe(STATUS_OK);
  });
  it("where the magic or the version is another, an older version told from a newer one", () => {
    header(H_MAGIC, 0x54494249, STATUS_MAGIC);
    header(H_MAGIC, 0, STATUS_MAGIC);
    header(H_VERSION, FORMAT_VERSION - 1, STATUS_VERSION_OLD);
    header(H_VERSION, FORMAT_VERSION + 1, STATUS_VERSION_NEW);
    header(H_VERSION, u32.MAX_VALUE, STATUS_VERSION_NEW);
  });
  it("where the file has not the length that it says", () => {
    header(H_FILE_BYTES, FILE_BYTES - 1, STATUS_FILE_BYTES);
    header(H_FILE_BYTES, FILE_BYTES + 1, STATUS_FILE_BYTES);
    good();
    expect(reload(FILE_BYTES - 16)).toBe(STATUS_FILE_BYTES);
  });
  it("where any byte behind the checksum differs, the last one too", () => {
    const places: StaticArray<i32> = [H_CRC32, H_CRC32 + 4, HEADER_BYTES, FILE_BYTES - 1];
    for (let i = 0; i < places.length; i++) {
      good();
      store<u8>(file() + places[i], load<u8>(file() + places[i]) ^ 0x10);
      expect(loadModel(FILE_BYTES)).toBe(STATUS_CHECKSUM, `byte ${places[i]}`);
    }
  });
  it("where there are no tensors or layers, or more than the limits", () => {
    header(H_TENSOR_COUNT, 0, STATUS_HEADER);
    header(H_TENSOR_COUNT, MAX_TENSORS + 1, STATUS_HEADER);
    header(H_TENSOR_COUNT, u32.MAX_VALUE, STATUS_HEADER);
    header(H_LAYER_COUNT, 0, STATUS_HEADER);
    header(H_LAYER_COUNT, MAX_LAYERS + 1, STATUS_HEADER);
  });
  it("where input or output is no tensor", () => {
    header(H_INPUT, 2, STATUS_HEADER);
    header(H_OUTPUT, 2, STATUS_HEADER);
    header(H_OUTPUT, u32.MAX_VALUE, STATUS_HEADER);
  });
  it("where the arena is larger than the limit", () => {
    header(H_ARENA_BYTES, <u32>MAX_ARENA_BYTES + 1, STATUS_HEADER);
    header(H_ARENA_BYTES, u32.MAX_VALUE, STATUS_HEADER);
  });
  it("where a section is not aligned, lies in the header, or leaves the file", () => {
    const sections: StaticArray<i32> = [H_TENSORS, H_LAYERS, H_DATA, H_METADATA, H_SELF_TEST];
    for (let i = 0; i < sections.length; i++) {
      header(sections[i], HEADER_BYTES + 8, STATUS_HEADER);
      header(sections[i], HEADER_BYTES - 16, STATUS_HEADER);
      header(sections[i], FILE_BYTES + 16, STATUS_HEADER);
      header(sections[i], 0xfffffff0, STATUS_HEADER);
    }
    header(H_TENSORS, FILE_BYTES - 32, STATUS_HEADER); // two records of 20 bytes
    header(H_LAYERS, FILE_BYTES - 48, STATUS_HEADER);
    header(H_DATA_BYTES, FILE_BYTES - HEADER_BYTES, STATUS_HEADER);
    header(H_DATA_BYTES, u32.MAX_VALUE, STATUS_HEADER);
    header(H_METADATA_BYTES, FILE_BYTES - HEADER_BYTES + 1, STATUS_HEADER);
    header(H_METADATA_BYTES, FILE_BYTES - HEADER_BYTES, STATUS_OK);
    header(H_SELF_TEST, FILE_BYTES, STATUS_HEADER);
    header(H_SELF_TEST, FILE_BYTES - 16, STATUS_OK);
  });
  it("and what was refused once is refused no longer when it is put right", () => {
    header(H_INPUT, 2, STATUS_HEADER);
    store<u32>(file() + H_INPUT, 0);
    expect(reload()).toBe(STATUS_OK);
  });
});

describe("a tensor record is refused", () => {
  it("where its zero point is no int8", () => {
    record<i32>(T_ZERO_POINT, 128, STATUS_TENSOR);
    record<i32>(T_ZERO_POINT, -129, STATUS_TENSOR);
    record<i32>(T_ZERO_POINT, 127, STATUS_OK);
    record<i32>(T_ZERO_POINT, -128, STATUS_OK);
  });
  it("where it has no values", () => {
    record<u16>(T_HEIGHT, 0, STATUS_TENSOR);
    record<u16>(T_WIDTH, 0, STATUS_TENSOR);
    record<i32>(T_CHANNELS, 0, STATUS_TENSOR);
  });
  it("where it has too many channels, or more bytes than 32 bits count", () => {
    record<i32>(T_CHANNELS, MAX_CHANNELS + 1, STATUS_TENSOR);
    record<i32>(T_CHANNELS, -1, STATUS_TENSOR);
    good();
    store<u16>(tensorRecord(1), 65535, T_HEIGHT);
    store<u16>(tensorRecord(1), 65535, T_WIDTH);
    store<i32>(tensorRecord(1), MAX_CHANNELS, T_CHANNELS);
    expect(reload()).toBe(STATUS_TENSOR);
    // 2 · 533 · 4,029,050 = 2^32 + 4: four bytes to whoever counts in 32 bits
    store<u16>(tensorRecord(1), 2, T_HEIGHT);
    store<u16>(tensorRecord(1), 533, T_WIDTH);
    store<i32>(tensorRecord(1), 4029050, T_CHANNELS);
    expect(reload()).toBe(STATUS_TENSOR);
  });
  it("where it leaves the arena", () => {
    record<i32>(T_ARENA, 32, STATUS_TENSOR);
    record<i32>(T_ARENA, -1, STATUS_TENSOR);
    record<i32>(T_ARENA, 31, STATUS_OK);
  });
});

describe("reserve", () => {
  it("gives no room of no length, and forgets the model", () => {
    good();
    expect(reserve(0)).toBe(0);
    expect(reserve(-1)).toBe(0);
    expect(loadModel(FILE_BYTES)).toBe(STATUS_TRUNCATED);
  });
});
