import { layerRecord, parameters as parametersOf } from "../../assembly/model";
import {
  ADD_MAX,
  ADD_MIN,
  ADD_MULTIPLIER_1,
  ADD_MULTIPLIER_2,
  ADD_MULTIPLIER_OUT,
  ADD_SHIFT_1,
  ADD_SHIFT_2,
  ADD_SHIFT_OUT,
  ADD_ZERO_1,
  ADD_ZERO_2,
  ADD_ZERO_OUT,
  CONCAT_AXIS,
  CONCAT_INPUTS,
  KIND_ADD,
  KIND_BINARY_PLANES,
  KIND_CONCAT,
  KIND_LOOKUP,
  KIND_MEAN,
  KIND_MUL,
  KIND_PAD,
  KIND_SOFTMAX,
  L_BIAS,
  L_INPUT2,
  L_MULTIPLIERS,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PARAMETER_COUNT,
  L_PARAMETERS,
  L_PLANES,
  L_WEIGHTS,
  MAX_CONCAT_INPUTS,
  MAX_POOLED_PIXELS,
  MAX_SOFTMAX_CHANNELS,
  MEAN_SHIFT,
  MUL_SHIFT,
  NO_TENSOR,
  SOFTMAX_SHIFT,
  T_CHANNELS,
  T_HEIGHT,
  T_WIDTH,
} from "../../format/layout";
import { STATUS_GEOMETRY, STATUS_LAYER_TENSORS, STATUS_OK, STATUS_PARAMETERS } from "../../format/status";
import { begin, finish, layer, parameters, put, reload, repeat, strip, tensor } from "./model";
import { array, change, model, output, word } from "./refuse";

/** One layer of a kind from a tensor of a shape to another of it, with these parameters. */
function simple(kind: i32, second: i32, words: StaticArray<i32>): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(2, 3, 4);
  const record = layer(kind, x, y);
  store<u16>(record, second, L_INPUT2);
  if (words.length > 0) parameters(record, words);
  expect(finish(x, y)).toBe(STATUS_OK);
}

function add(): void {
  simple(KIND_ADD, 0, [0, 1 << 30, 0, 0, 1 << 30, 0, 0, 1 << 30, -18, -128, 127]);
}

/** A binary convolution that adds its own input. */
function fusedAdd(): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(2, 3, 4);
  const record = layer(KIND_BINARY_PLANES, x, y);
  store<u16>(record, x, L_INPUT2);
  store<u8>(record, 1, L_PLANES);
  put<u8>(record, L_WEIGHTS, repeat(1, 4));
  put<i16>(record, L_BIAS, repeat(0, 4));
  put<i16>(record, L_MULTIPLIERS, repeat(1, 4));
  strip(record);
  parameters(record, [0, 1 << 30, 0, 0, 1 << 30, 0, 0, 1 << 30, -18, -128, 127]);
  expect(finish(x, y)).toBe(STATUS_OK);
}

function mul(): void {
  simple(KIND_MUL, 0, [1 << 30, 1]);
}

/** Status of a Mul of a 2×3×4 tensor by one of this shape. */
function mulBy(height: i32, width: i32, channels: i32): i32 {
  begin();
  const b = tensor(height, width, channels);
  const a = tensor(2, 3, 4);
  const y = tensor(2, 3, 4);
  const record = layer(KIND_MUL, a, y);
  store<u16>(record, b, L_INPUT2);
  parameters(record, [1 << 30, 1]);
  return finish(b, y);
}

function softmax(): void {
  simple(KIND_SOFTMAX, NO_TENSOR, [1 << 30, 20, -100]);
}

function lookup(): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(2, 3, 4);
  put<i8>(layer(KIND_LOOKUP, x, y), L_WEIGHTS, repeat(0, 256));
  expect(finish(x, y)).toBe(STATUS_OK);
}

function mean(): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(1, 1, 4);
  parameters(layer(KIND_MEAN, x, y), [1 << 30, 0]);
  expect(finish(x, y)).toBe(STATUS_OK);
}

/** 2×3×4 to 4×5×4, one pixel at the top, one at the left. */
function pad(): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(4, 5, 4);
  const record = layer(KIND_PAD, x, y);
  store<u8>(record, 1, L_PAD_TOP);
  store<u8>(record, 1, L_PAD_LEFT);
  expect(finish(x, y)).toBe(STATUS_OK);
}

/** Twice 2×3×4 along the width. */
function concat(): void {
  begin();
  const x = tensor(2, 3, 4);
  const y = tensor(2, 6, 4);
  parameters(layer(KIND_CONCAT, x, y), [1, 0, 0]);
  expect(finish(x, y)).toBe(STATUS_OK);
}

describe("Add, alone or fused, is refused", () => {
  it("where an operand is missing or of another shape", () => {
    model(add);
    change<u16>(L_INPUT2, NO_TENSOR, STATUS_LAYER_TENSORS);
    output<u16>(T_HEIGHT, 1, STATUS_GEOMETRY);
    model(fusedAdd);
    output<i32>(T_CHANNELS, 3, STATUS_GEOMETRY);
    change<u16>(L_INPUT2, NO_TENSOR, STATUS_PARAMETERS);
  });
  it("where its parameters are too few or too many, or leave the data section", () => {
    const builds: StaticArray<() => void> = [add, fusedAdd];
    for (let i = 0; i < 2; i++) {
      model(builds[i]);
      change<u8>(L_PARAMETER_COUNT, 10, STATUS_PARAMETERS);
      change<u8>(L_PARAMETER_COUNT, 12, STATUS_PARAMETERS);
      change<u8>(L_PARAMETER_COUNT, -1, STATUS_PARAMETERS);
      array(L_PARAMETERS, 44, 4, STATUS_PARAMETERS);
    }
  });
  it("where a factor is negative or above 1, or a zero point or bound no int8", () => {
    const exponents: StaticArray<i32> = [ADD_SHIFT_1, ADD_SHIFT_2, ADD_SHIFT_OUT];
    const multipliers: StaticArray<i32> = [ADD_MULTIPLIER_1, ADD_MULTIPLIER_2, ADD_MULTIPLIER_OUT];
    const values: StaticArray<i32> = [ADD_ZERO_1, ADD_ZERO_2, ADD_ZERO_OUT, ADD_MIN, ADD_MAX];
    const builds: StaticArray<() => void> = [add, fusedAdd];
    for (let i = 0; i < 2; i++) {
      model(builds[i]);
      for (let j = 0; j < exponents.length; j++) {
        word(exponents[j], 1, STATUS_PARAMETERS);
        word(exponents[j], -32, STATUS_PARAMETERS);
        word(exponents[j], -31, STATUS_OK);
        word(multipliers[j], -1, STATUS_PARAMETERS);
        word(multipliers[j], i32.MAX_VALUE, STATUS_OK);
      }
      for (let j = 0; j < values.length; j++) {
        word(values[j], 128, STATUS_PARAMETERS);
        word(values[j], -129, STATUS_PARAMETERS);
        word(values[j], i32.MIN_VALUE, STATUS_PARAMETERS);
      }
      word(ADD_MIN, 127, STATUS_OK);
    }
  });
  it("where its bounds are exchanged", () => {
    add();
    store<i32>(parametersOf(layerRecord(0)), 4, ADD_MAX * 4);
    store<i32>(parametersOf(layerRecord(0)), 5, ADD_MIN * 4);
    expect(reload()).toBe(STATUS_PARAMETERS);
  });
});

describe("Mul is refused", () => {
  it("where its second operand is missing, or neither of its shape nor a value a channel", () => {
    model(mul);
    change<u16>(L_INPUT2, NO_TENSOR, STATUS_LAYER_TENSORS);
    output<u16>(T_WIDTH, 2, STATUS_GEOMETRY);
    expect(mulBy(1, 1, 4)).toBe(STATUS_LAYER_TENSORS, "the shapes are right: only the first operand is unwritten");
    expect(mulBy(2, 3, 4)).toBe(STATUS_LAYER_TENSORS, "likewise");
    expect(mulBy(1, 1, 3)).toBe(STATUS_GEOMETRY);
    expect(mulBy(1, 4, 1)).toBe(STATUS_GEOMETRY);
    expect(mulBy(2, 1, 4)).toBe(STATUS_GEOMETRY);
  });
  it("where its parameters do not fit", () => {
    model(mul);
    change<u8>(L_PARAMETER_COUNT, 1, STATUS_PARAMETERS);
    word(MUL_SHIFT, 31, STATUS_PARAMETERS);
    word(MUL_SHIFT, -32, STATUS_PARAMETERS);
    word(MUL_SHIFT, 30, STATUS_OK);
    array(L_PARAMETERS, 8, 4, STATUS_PARAMETERS);
  });
});

describe("Concat is refused", () => {
  it("where it has no inputs or too many, or its axis is none", () => {
    model(concat);
    change<u8>(L_PARAMETER_COUNT, 0, STATUS_PARAMETERS);
    change<u8>(L_PARAMETER_COUNT, 1, STATUS_PARAMETERS);
    change<u8>(L_PARAMETER_COUNT, MAX_CONCAT_INPUTS + 2, STATUS_PARAMETERS);
    change<u8>(L_PARAMETER_COUNT, -1, STATUS_PARAMETERS);
    word(CONCAT_AXIS, 3, STATUS_PARAMETERS);
    word(CONCAT_AXIS, -1, STATUS_PARAMETERS);
    array(L_PARAMETERS, 12, 4, STATUS_PARAMETERS, STATUS_GEOMETRY); // zeros: along the height
  });
  it("where an input does not exist, or the first is not the record's", () => {
    model(concat);
    word(CONCAT_INPUTS + 1, 2, STATUS_LAYER_TENSORS);
    word(CONCAT_INPUTS + 1, -1, STATUS_LAYER_TENSORS);
    word(CONCAT_INPUTS, 1, STATUS_PARAMETERS);
  });
  it("where the inputs do not add up to the output along the axis, or differ beside it", () => {
    model(concat);
    word(CONCAT_AXIS, 0, STATUS_GEOMETRY);
    word(CONCAT_AXIS, 2, STATUS_GEOMETRY);
    output<u16>(T_WIDTH, 5, STATUS_GEOMETRY);
    output<u16>(T_HEIGHT, 1, STATUS_GEOMETRY);
    output<i32>(T_CHANNELS, 3, STATUS_GEOMETRY);
  });
});

describe("the other kinds are refused", () => {
  it("Pad: where the image does not fit into its output, or the channels differ", () => {
    model(pad);
    change<u8>(L_PAD_TOP, 2, STATUS_OK);
    change<u8>(L_PAD_TOP, 3, STATUS_GEOMETRY);
    change<u8>(L_PAD_LEFT, 3, STATUS_GEOMETRY);
    output<i32>(T_CHANNELS, 3, STATUS_GEOMETRY);
  });
  it("Mean: where its output is not one value a channel, or its exponent none", () => {
    model(mean);
    output<i32>(T_CHANNELS, 3, STATUS_GEOMETRY);
    output<u16>(T_WIDTH, 2, STATUS_GEOMETRY);
    word(MEAN_SHIFT, 31, STATUS_PARAMETERS);
    change<u8>(L_PARAMETER_COUNT, 3, STATUS_PARAMETERS);
  });
  it("Mean: over more pixels than an int32 sum holds", () => {
    begin();
    const x = tensor(MAX_POOLED_PIXELS / 256 + 1, 256, 1);
    const y = tensor(1, 1, 1);
    parameters(layer(KIND_MEAN, x, y), [1 << 30, 0]);
    expect(finish(x, y)).toBe(STATUS_GEOMETRY);
  });
  it("Softmax: where shapes differ, the channels exceed the limit, or the exponent is none", () => {
    model(softmax);
    output<u16>(T_WIDTH, 2, STATUS_GEOMETRY);
    word(SOFTMAX_SHIFT, -1, STATUS_PARAMETERS);
    word(SOFTMAX_SHIFT, 32, STATUS_PARAMETERS);
    word(SOFTMAX_SHIFT, 31, STATUS_OK);
    change<u8>(L_PARAMETER_COUNT, 2, STATUS_PARAMETERS);
    begin();
    const x = tensor(1, 1, MAX_SOFTMAX_CHANNELS + 1);
    const y = tensor(1, 1, MAX_SOFTMAX_CHANNELS + 1);
    parameters(layer(KIND_SOFTMAX, x, y), [1 << 30, 20, -100]);
    expect(finish(x, y)).toBe(STATUS_GEOMETRY);
  });
  it("Lookup: where shapes differ or its table leaves the data section", () => {
    model(lookup);
    output<u16>(T_WIDTH, 2, STATUS_GEOMETRY);
    array(L_WEIGHTS, 256, 1);
  });
});
