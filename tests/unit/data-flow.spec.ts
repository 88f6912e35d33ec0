// Which memory a layer may read and write: every value read has been written, and nothing has been written over it.
import { layerRecord, tensorRecord } from "../../assembly/model";
import { file } from "../../assembly/state";
import {
  H_ARENA_BYTES,
  KIND_ADD,
  KIND_BINARY_PLANES,
  KIND_CONCAT,
  KIND_DEPTHWISE_CONV_2D,
  KIND_LOOKUP,
  KIND_MAX_POOL,
  KIND_MUL,
  KIND_PAD,
  L_BIAS,
  L_INPUT2,
  L_MULTIPLIERS,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PLANES,
  L_SCRATCH,
  L_SCRATCH_BYTES,
  L_WEIGHTS,
  T_ARENA,
} from "../../format/layout";
import { STATUS_LAYER_TENSORS, STATUS_OK, STATUS_OVERLAP } from "../../format/status";
import {
  begin,
  exact,
  finish,
  layer,
  parameters,
  put,
  refusedRecord,
  reload,
  repeat,
  scratch,
  strip,
  tensor,
  window,
} from "./model";

/** Tensors of 2×2×4 at 16 bytes each, in the order 0, 1, 2, 3. */
function tensors(count: i32): void {
  begin();
  for (let i = 0; i < count; i++) tensor(2, 2, 4);
}

function move(index: i32, offset: i32): void {
  store<i32>(tensorRecord(index), offset, T_ARENA);
}

/** A layer that reads later what it has written over before, if both are in one place. */
function pool(input: i32, output: i32): usize {
  return layer(KIND_MAX_POOL, input, output);
}

/** A layer that reads each value before it writes it. */
function lookup(input: i32, output: i32): usize {
  const record = layer(KIND_LOOKUP, input, output);
  put<i8>(record, L_WEIGHTS, repeat(0, 256));
  return record;
}

const ADD_WORDS: StaticArray<i32> = [0, 1 << 30, 0, 0, 1 << 30, 0, 0, 1 << 30, -18, -128, 127];

function add(a: i32, b: i32, output: i32): usize {
  const record = layer(KIND_ADD, a, output);
  store<u16>(record, b, L_INPUT2);
  parameters(record, ADD_WORDS);
  return record;
}

/** A 1×1 binary convolution of 2×2×4 with a residual added in its store. */
function convolution(input: i32, residual: i32, output: i32): usize {
  const record = layer(KIND_BINARY_PLANES, input, output);
  store<u8>(record, 1, L_PLANES);
  put<u8>(record, L_WEIGHTS, repeat(1, 4));
  put<i16>(record, L_BIAS, repeat(0, 4));
  put<i16>(record, L_MULTIPLIERS, repeat(1, 4));
  strip(record);
  store<u16>(record, residual, L_INPUT2);
  parameters(record, ADD_WORDS);
  return record;
}

function expectRefusal(status: i32, layer: i32, input: i32, output: i32): void {
  expect(finish(input, output)).toBe(status);
  expect(refusedRecord()).toBe(layer);
}

describe("a tensor that is read", () => {
  it("is the model's input, or has been written by an earlier layer", () => {
    tensors(3);
    pool(0, 1);
    pool(1, 2);
    expect(finish(0, 2)).toBe(STATUS_OK);
    store<u16>(layerRecord(0), 2, L_OUTPUT); // nothing writes tensor 1, layer 1 reads it
    expect(reload()).toBe(STATUS_LAYER_TENSORS);
    expect(refusedRecord()).toBe(1);
  });
  it("is not written by a later layer only, nor by the layer itself", () => {
    tensors(3);
    pool(1, 2);
    pool(0, 1);
    expectRefusal(STATUS_LAYER_TENSORS, 0, 0, 2);
    tensors(2);
    lookup(1, 1);
    expectRefusal(STATUS_LAYER_TENSORS, 0, 0, 1);
  });
  it("may be a view: another shape of the bytes last written at its place", () => {
    begin();
    tensor(2, 2, 4);
    tensor(2, 2, 4);
    tensor(1, 1, 16); // a view of tensor 1
    tensor(1, 1, 16);
    move(2, 16);
    pool(0, 1);
    pool(2, 3);
    expect(finish(0, 3)).toBe(STATUS_OK);
    move(2, 12);
    expectRefusal(STATUS_LAYER_TENSORS, 1, 0, 3);
    move(2, 0); // of the model's input, which is still there
    expect(finish(0, 3)).toBe(STATUS_OK);
  });
  it("has not been overwritten since, not by a byte", () => {
    for (let offset = 0; offset <= 48; offset += 3) {
      tensors(4);
      pool(0, 1); // at 16
      pool(0, 2);
      pool(1, 3);
      move(0, 48);
      move(3, 64);
      store<i32>(file(), 96, H_ARENA_BYTES);
      move(2, offset);
      const status = finish(0, 3);
      const overInput = offset > 32; // the layer's own input
      expect(status).toBe(overInput || (offset < 32 && offset + 16 > 16) ? STATUS_OVERLAP : STATUS_OK, `at ${offset}`);
      if (status != STATUS_OK) expect(refusedRecord()).toBe(overInput ? 1 : 2);
    }
  });
  it("is not overwritten by the scratch of a layer between", () => {
    tensors(4);
    pool(0, 1);
    const conv = convolution(0, 0, 2);
    pool(1, 3);
    expect(finish(0, 3)).toBe(STATUS_OK);
    store<i32>(conv, 16, L_SCRATCH);
    expect(reload()).toBe(STATUS_OVERLAP);
    expect(refusedRecord()).toBe(1, "its scratch reaches into its own output");
    move(2, load<i32>(file(), H_ARENA_BYTES));
    store<i32>(file(), load<i32>(file(), H_ARENA_BYTES) + 16, H_ARENA_BYTES);
    move(3, load<i32>(file(), H_ARENA_BYTES));
    store<i32>(file(), load<i32>(file(), H_ARENA_BYTES) + 16, H_ARENA_BYTES);
    expect(reload()).toBe(STATUS_OVERLAP);
    expect(refusedRecord()).toBe(2, "its scratch is on tensor 1, which the next layer reads");
  });
  it("and the model's output is there at the end", () => {
    tensors(3);
    pool(0, 1);
    pool(0, 2);
    expect(finish(0, 1)).toBe(STATUS_OK);
    move(2, 24);
    expectRefusal(STATUS_OVERLAP, 2, 0, 1);
    tensors(3);
    pool(0, 1);
    expectRefusal(STATUS_LAYER_TENSORS, 1, 0, 2);
  });
  it("may be overwritten when it has been read for the last time: the input too", () => {
    tensors(3);
    pool(0, 1);
    pool(1, 2);
    move(2, 0);
    expect(finish(0, 2)).toBe(STATUS_OK);
  });
});

describe("a layer's output and its inputs", () => {
  it("share no byte where the layer reads on after writing", () => {
    for (let offset = -15; offset <= 15; offset++) {
      tensors(2);
      pool(0, 1);
      move(0, 16);
      store<i32>(file(), 64, H_ARENA_BYTES);
      move(1, 16 + offset);
      expectRefusal(STATUS_OVERLAP, 0, 0, 1);
    }
  });
  it("may be in the very same place for Lookup, and either operand of Add and Mul, but not shifted", () => {
    for (let offset = -1; offset <= 1; offset++) {
      const expected = offset == 0 ? STATUS_OK : STATUS_OVERLAP;
      tensors(2);
      lookup(0, 1);
      move(0, 1);
      move(1, 1 + offset);
      expect(finish(0, 1)).toBe(expected, `Lookup at ${offset}`);
      for (let operand = 0; operand < 2; operand++) {
        tensors(3);
        pool(0, 1); // at 16
        const sum = add(0, 1, 2);
        move(0, 48);
        store<i32>(file(), 80, H_ARENA_BYTES);
        move(2, (operand == 0 ? 48 : 16) + offset);
        expect(finish(0, 2)).toBe(expected, `Add on operand ${operand} at ${offset}`);
        store<u8>(sum, KIND_MUL);
        parameters(sum, [1 << 30, 0]);
        expect(finish(0, 2)).toBe(expected, `Mul on operand ${operand} at ${offset}`);
      }
    }
  });
  it("not for Mul's values a channel, which it reads again for the next pixel", () => {
    begin();
    tensor(1, 1, 4); // the input, at 0, is the values a channel
    tensor(2, 2, 4);
    tensor(2, 2, 4);
    layer(KIND_PAD, 0, 1);
    const record = layer(KIND_MUL, 1, 2);
    store<u16>(record, 0, L_INPUT2);
    parameters(record, [1 << 30, 0]);
    expect(finish(0, 2)).toBe(STATUS_OK);
    move(2, 0);
    expectRefusal(STATUS_OVERLAP, 1, 0, 2);
  });
  it("may be in one place for a fused residual, and for the own input of a window that is one pixel", () => {
    tensors(4);
    pool(0, 1);
    convolution(0, 1, 2);
    move(2, 16);
    expect(finish(0, 2)).toBe(STATUS_OK);
    tensors(3);
    pool(0, 1);
    const own = convolution(1, 1, 2);
    move(2, 16);
    expect(finish(0, 2)).toBe(STATUS_OK);
    window(own, 1, 1, 2, 1, 1);
    store<u8>(own, 0, L_PAD_LEFT);
    expectRefusal(STATUS_OVERLAP, 1, 0, 2); // moved up by a pixel
  });
  it("may be in one place for int8 weights that see the pixel at the output's place", () => {
    tensors(3);
    pool(0, 1);
    const record = layer(KIND_DEPTHWISE_CONV_2D, 1, 2);
    put<i8>(record, L_WEIGHTS, repeat(1, 36));
    exact(record, 4);
    scratch(record, 1024);
    window(record, 3, 3, 1, 1, 1);
    move(2, 16);
    expect(finish(0, 2)).toBe(STATUS_OK);
    window(record, 3, 3, 2, 1, 2);
    expect(finish(0, 2)).toBe(STATUS_OK);
    store<u8>(record, 3, L_PAD_TOP);
    expectRefusal(STATUS_OVERLAP, 1, 0, 2);
  });
  it("share no byte for Concat, whichever input it is", () => {
    for (let place = 0; place <= 16; place += 16) {
      begin();
      tensor(2, 2, 4);
      tensor(2, 2, 4);
      tensor(4, 2, 4);
      pool(0, 1);
      parameters(layer(KIND_CONCAT, 0, 2), [0, 0, 1]);
      expect(finish(0, 2)).toBe(STATUS_OK);
      move(2, place);
      expectRefusal(STATUS_OVERLAP, 1, 0, 2);
    }
  });
});

describe("a layer's scratch", () => {
  it("shares no byte with its inputs or its output", () => {
    for (let tensorIndex = 0; tensorIndex < 3; tensorIndex++) {
      tensors(3);
      pool(0, 1);
      const conv = convolution(0, 1, 2);
      expect(finish(0, 2)).toBe(STATUS_OK);
      const last = load<i32>(conv, L_SCRATCH) + load<i32>(conv, L_SCRATCH_BYTES) - 1;
      move(tensorIndex, last);
      store<i32>(file(), last + 32, H_ARENA_BYTES);
      expectRefusal(STATUS_OVERLAP, 1, 0, 2);
    }
  });
});
