import {
  input,
  inputBytes,
  lastError,
  layerCount,
  layerOutput,
  layerOutputBytes,
  load as loadModel,
  output,
  outputBytes,
  reserve,
  run,
  selfTest,
  step,
} from "../../assembly/index";
import { crc32 } from "../../assembly/reader/crc32";
import { file } from "../../assembly/state";
import { H_SELF_TEST, KIND_LOOKUP, L_WEIGHTS } from "../../format/layout";
import {
  STATUS_CHECKSUM,
  STATUS_NO_MODEL,
  STATUS_NO_SELF_TEST,
  STATUS_OK,
  STATUS_SELF_TEST,
  STATUS_STEP,
} from "../../format/status";
import { begin, FILE_BYTES, finish, layer, put, refusedRecord, reload, tensor } from "./model";

/** Two Lookups: q → q + 1 (127 stays), then q → −q (−128 → 127). */
function twoLookups(): void {
  begin();
  const x = tensor(1, 1, 4);
  const y = tensor(1, 1, 4);
  const z = tensor(1, 1, 4);
  const more = new StaticArray<i32>(256);
  const negative = new StaticArray<i32>(256);
  for (let q = -128; q < 128; q++) {
    more[q + 128] = min(q + 1, 127);
    negative[q + 128] = min(-q, 127);
  }
  put<i8>(layer(KIND_LOOKUP, x, y), L_WEIGHTS, more);
  put<i8>(layer(KIND_LOOKUP, y, z), L_WEIGHTS, negative);
  expect(finish(x, z)).toBe(STATUS_OK);
}

function refused(status: i32, code: i32, record: i32): void {
  expect(status).toBe(code);
  expect(<i32>lastError()).toBe(code);
  expect(refusedRecord()).toBe(record);
}

describe("without a model", () => {
  it("nothing runs, and nothing has an address or a size", () => {
    reserve(FILE_BYTES);
    refused(run(), STATUS_NO_MODEL, -1);
    refused(step(0), STATUS_NO_MODEL, -1);
    refused(selfTest(), STATUS_NO_MODEL, -1);
    expect(input() + output() + layerOutput(0)).toBe(0);
    expect(inputBytes() + outputBytes() + layerOutputBytes(0) + layerCount()).toBe(0);
  });
  it("so it is after a refusal: the model before is forgotten", () => {
    twoLookups();
    store<u8>(file() + FILE_BYTES - 1, 1);
    refused(loadModel(FILE_BYTES), STATUS_CHECKSUM, -1);
    refused(run(), STATUS_NO_MODEL, -1);
  });
});

describe("a loaded model", () => {
  it("has an arena behind the file, aligned to 16 and zeroed", () => {
    twoLookups();
    expect(input()).toBe(file() + FILE_BYTES);
    expect(input() % 16).toBe(0);
    store<u32>(output(), 0xffffffff);
    expect(reload()).toBe(STATUS_OK);
    expect(load<u32>(output())).toBe(0);
    expect(inputBytes()).toBe(4);
    expect(outputBytes()).toBe(4);
  });
  it("runs the layers in order", () => {
    twoLookups();
    store<u32>(input(), 0x807f00ff); // −1, 0, 127, −128
    expect(run()).toBe(STATUS_OK);
    expect(load<u32>(output())).toBe(0x7f81ff00); // 0, −1, −127, 127
  });
  it("runs layer by layer to the same end, each output there to be read", () => {
    twoLookups();
    expect(layerCount()).toBe(2);
    store<u32>(input(), 0x807f00ff);
    expect(step(0)).toBe(STATUS_OK);
    expect(load<u32>(layerOutput(0))).toBe(0x817f0100);
    expect(step(1)).toBe(STATUS_OK);
    expect(layerOutput(1)).toBe(output());
    expect(layerOutputBytes(1)).toBe(4);
    expect(load<u32>(output())).toBe(0x7f81ff00);
  });
  it("has no other layers", () => {
    twoLookups();
    refused(step(2), STATUS_STEP, 2);
    refused(step(-1), STATUS_STEP, -1);
    expect(layerOutput(2)).toBe(0);
    expect(layerOutputBytes(-1)).toBe(0);
  });
});

const SECTION: i32 = FILE_BYTES - 16;

/** The two Lookups with a self-test of seed 1, whose states are 0x00042021, 0x04080601, 0x9dcca8c5, 0x1255994f. */
function withSelfTest(): void {
  twoLookups();
  // The states' high bytes are the input, 00 04 9d 12; these are the two layers' outputs.
  const outputs: StaticArray<u8> = [0x01, 0x05, 0x9e, 0x13, 0xff, 0xfb, 0x62, 0xed];
  store<u32>(file(), SECTION, H_SELF_TEST);
  store<u32>(file() + SECTION, 1, 0);
  store<u32>(file() + SECTION, crc32(changetype<usize>(outputs), 4), 4);
  store<u32>(file() + SECTION, crc32(changetype<usize>(outputs) + 4, 4), 8);
  expect(reload()).toBe(STATUS_OK);
}

describe("the self-test", () => {
  it("is refused where the file carries none", () => {
    twoLookups();
    refused(selfTest(), STATUS_NO_SELF_TEST, -1);
  });
  it("generates its input by xorshift32 and compares the checksum of every layer's output", () => {
    withSelfTest();
    expect(selfTest()).toBe(STATUS_OK);
    expect(load<u32>(input())).toBe(0x129d0400);
  });
  it("names the first layer whose bits differ", () => {
    for (let wrong = 0; wrong < 2; wrong++) {
      withSelfTest();
      const at = file() + SECTION + 4 + 4 * wrong;
      store<u32>(at, load<u32>(at) ^ 1);
      expect(reload()).toBe(STATUS_OK);
      refused(selfTest(), STATUS_SELF_TEST, wrong);
    }
  });
});
