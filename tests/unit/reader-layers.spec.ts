import { openRows } from "../../assembly/kernels/rows";
import { layerRecord } from "../../assembly/model";
import { file } from "../../assembly/state";
import {
  KIND_AVERAGE_POOL,
  KIND_CONV_2D,
  KIND_COUNT,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  KIND_MAX_POOL,
  KIND_SOFTMAX,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BATCH,
  L_BIAS,
  L_DILATION_WIDTH,
  L_GROUPS,
  L_INPUT,
  L_INPUT2,
  L_KERNEL_HEIGHT,
  L_KERNEL_WIDTH,
  L_KIND,
  L_MULTIPLIERS,
  L_OUTPUT,
  L_PAD_LEFT,
  L_PAD_TOP,
  L_PARAMETER_COUNT,
  L_SCRATCH,
  L_SCRATCH_BYTES,
  L_SHIFTS,
  L_STRIDE_HEIGHT,
  L_STRIDE_WIDTH,
  L_STRIP_COLUMNS,
  L_STRIP_ROWS,
  L_WEIGHTS,
  MAX_DENSE_WINDOW,
  T_CHANNELS,
  T_HEIGHT,
  T_WIDTH,
} from "../../format/layout";
import {
  STATUS_GEOMETRY,
  STATUS_LAYER_KIND,
  STATUS_LAYER_TENSORS,
  STATUS_OK,
  STATUS_PARAMETERS,
  STATUS_SCRATCH,
  STATUS_WEIGHTS,
} from "../../format/status";
import { begin, exact, finish, layer, put, reload, repeat, scratch, tensor, window } from "./model";
import { array, change, model, output } from "./refuse";

/** One layer from a 4×4×4 image, tensor 0, to tensor 1. */
function pool(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(4, 4, 4);
  window(layer(KIND_MAX_POOL, x, y), 3, 3, 1, 1, 1);
  expect(finish(x, y)).toBe(STATUS_OK);
}

function conv2D(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(4, 4, 2);
  const record = layer(KIND_CONV_2D, x, y);
  window(record, 3, 3, 1, 1, 1);
  put<i8>(record, L_WEIGHTS, repeat(1, 72));
  exact(record, 2);
  scratch(record, <i32>openRows(record) + 64); // in groups it takes more
  expect(finish(x, y)).toBe(STATUS_OK);
}

function depthwise(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(4, 4, 8);
  const record = layer(KIND_DEPTHWISE_CONV_2D, x, y);
  window(record, 3, 3, 1, 1, 1);
  put<i8>(record, L_WEIGHTS, repeat(1, 72));
  exact(record, 8);
  scratch(record, <i32>openRows(record));
  expect(finish(x, y)).toBe(STATUS_OK);
}

function dense(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(1, 1, 3);
  const record = layer(KIND_FULLY_CONNECTED, x, y);
  put<i8>(record, L_WEIGHTS, repeat(1, 192));
  exact(record, 3);
  scratch(record, <i32>openRows(record));
  expect(finish(x, y)).toBe(STATUS_OK);
}

describe("every layer is refused", () => {
  it("where its kind is unknown, or its reserved field not 0", () => {
    model(pool);
    change<u8>(L_KIND, 0, STATUS_LAYER_KIND);
    change<u8>(L_KIND, KIND_COUNT, STATUS_LAYER_KIND);
    change<u8>(L_KIND, 255, STATUS_LAYER_KIND);
    change<u8>(L_STRIP_ROWS, 1, STATUS_LAYER_KIND);
    change<u8>(L_STRIP_COLUMNS, 128, STATUS_LAYER_KIND);
    change<u16>(L_BATCH, 1, STATUS_LAYER_KIND);
  });
  it("where a tensor does not exist, or a second input has no meaning", () => {
    model(conv2D);
    change<u16>(L_INPUT, 2, STATUS_LAYER_TENSORS);
    change<u16>(L_INPUT, 65535, STATUS_LAYER_TENSORS);
    change<u16>(L_OUTPUT, 2, STATUS_LAYER_TENSORS);
    change<u16>(L_INPUT2, 2, STATUS_LAYER_TENSORS);
    model(pool);
    change<u16>(L_INPUT2, 0, STATUS_LAYER_TENSORS);
    model(dense);
    change<u16>(L_INPUT2, 0, STATUS_LAYER_TENSORS);
  });
  it("where its activation's bounds are exchanged", () => {
    model(pool);
    change<i8>(L_ACTIVATION_MIN, 127, STATUS_OK);
    change<i8>(L_ACTIVATION_MAX, -128, STATUS_OK);
    change<i8>(L_ACTIVATION_MAX, 4, STATUS_OK);
    store<i8>(layerRecord(0), 5, L_ACTIVATION_MIN);
    expect(reload()).toBe(STATUS_PARAMETERS);
  });
});

describe("a window is refused", () => {
  it("where kernel, stride or dilation is 0", () => {
    model(pool);
    change<u16>(L_KERNEL_HEIGHT, 0, STATUS_GEOMETRY);
    change<u16>(L_KERNEL_WIDTH, 0, STATUS_GEOMETRY);
    change<u8>(L_STRIDE_HEIGHT, 0, STATUS_GEOMETRY);
    change<u8>(L_STRIDE_WIDTH, 0, STATUS_GEOMETRY);
    change<u8>(L_DILATION_WIDTH, 0, STATUS_GEOMETRY);
  });
  it("where the first window would lie in the padding alone", () => {
    model(pool);
    change<u8>(L_PAD_TOP, 2, STATUS_OK);
    change<u8>(L_PAD_TOP, 3, STATUS_GEOMETRY);
    change<u8>(L_PAD_LEFT, 3, STATUS_GEOMETRY);
    begin();
    const x = tensor(4, 4, 4);
    const y = tensor(5, 4, 4);
    const record = layer(KIND_MAX_POOL, x, y);
    window(record, 3, 3, 1, 1, 1);
    store<u8>(record, 2, L_PAD_TOP);
    expect(finish(x, y)).toBe(STATUS_OK, "one row more, the first window half outside");
    store<u8>(record, 3, L_PAD_TOP);
    expect(reload()).toBe(STATUS_GEOMETRY, "wholly outside, while the last one fits");
  });
  it("where the last window starts behind the image, or leaves a stride of it over", () => {
    model(pool);
    change<u8>(L_STRIDE_HEIGHT, 2, STATUS_GEOMETRY);
    change<u16>(L_KERNEL_WIDTH, 2, STATUS_OK);
    change<u16>(L_KERNEL_WIDTH, 1, STATUS_GEOMETRY);
    output<u16>(T_HEIGHT, 3, STATUS_OK);
    output<u16>(T_HEIGHT, 2, STATUS_GEOMETRY);
    output<u16>(T_WIDTH, 1, STATUS_GEOMETRY);
  });
  it("where more than 255 pixels of padding would be behind the image", () => {
    model(pool);
    change<u16>(L_KERNEL_HEIGHT, 257, STATUS_OK);
    change<u16>(L_KERNEL_HEIGHT, 258, STATUS_GEOMETRY);
    change<u16>(L_KERNEL_WIDTH, 65535, STATUS_GEOMETRY);
  });
  it("of a pool, where it is dilated or changes the channels", () => {
    model(pool);
    change<u8>(L_DILATION_WIDTH, 2, STATUS_GEOMETRY);
    change<u8>(L_KIND, KIND_AVERAGE_POOL, STATUS_OK);
    output<i32>(T_CHANNELS, 3, STATUS_GEOMETRY);
  });
});

describe("Conv2D is refused", () => {
  it("where its groups do not divide the channels", () => {
    model(conv2D);
    change<u16>(L_GROUPS, 0, STATUS_GEOMETRY);
    change<u16>(L_GROUPS, 2, STATUS_OK);
    change<u16>(L_GROUPS, 3, STATUS_GEOMETRY);
    change<u16>(L_GROUPS, 4, STATUS_GEOMETRY);
  });
  it("where weights, biases, multipliers or exponents leave the data section or are not aligned", () => {
    model(conv2D);
    array(L_WEIGHTS, 72, 1);
    array(L_BIAS, 8, 4);
    array(L_MULTIPLIERS, 8, 4);
    array(L_SHIFTS, 2, 1);
  });
  it("where an exponent is none of a Q31 multiplier", () => {
    const exponents: StaticArray<i32> = [-32, 31, 127, -128];
    for (let i = 0; i < exponents.length; i++) {
      conv2D();
      store<i8>(file() + load<u32>(layerRecord(0), L_SHIFTS) + 1, exponents[i]);
      expect(reload()).toBe(STATUS_WEIGHTS, `2^${exponents[i]}`);
    }
  });
  it("where its scratch is too small, not aligned, or leaves the arena", () => {
    model(conv2D);
    change<u32>(L_SCRATCH_BYTES, <i32>openRows(layerRecord(0)) - 1, STATUS_SCRATCH);
    change<u32>(L_SCRATCH_BYTES, 0, STATUS_SCRATCH);
    change<u32>(L_SCRATCH_BYTES, -1, STATUS_SCRATCH);
    change<u32>(L_SCRATCH, 4, STATUS_SCRATCH);
    change<u32>(L_SCRATCH, -16, STATUS_SCRATCH);
  });
  it("where its window is larger than int32 sums allow", () => {
    begin();
    const x = tensor(1, 1, MAX_DENSE_WINDOW + 1);
    const y = tensor(1, 1, 1);
    layer(KIND_CONV_2D, x, y);
    expect(finish(x, y)).toBe(STATUS_GEOMETRY);
    store<u8>(layerRecord(0), KIND_FULLY_CONNECTED, L_KIND);
    expect(reload()).toBe(STATUS_GEOMETRY);
  });
  it("where it has parameters without a residual", () => {
    model(conv2D);
    change<u8>(L_PARAMETER_COUNT, 1, STATUS_PARAMETERS);
  });
});

describe("DepthwiseConv2D is refused", () => {
  it("where the outputs are no multiple of the inputs", () => {
    model(depthwise);
    output<i32>(T_CHANNELS, 6, STATUS_GEOMETRY);
    output<i32>(T_CHANNELS, 2, STATUS_GEOMETRY);
    output<i32>(T_CHANNELS, 4, STATUS_OK);
  });
  it("where weights, biases, multipliers or exponents leave the data section or are not aligned", () => {
    model(depthwise);
    array(L_WEIGHTS, 72, 1);
    array(L_BIAS, 32, 4);
    array(L_MULTIPLIERS, 32, 4);
    array(L_SHIFTS, 8, 1);
  });
  it("where its scratch is too small or its window too large", () => {
    model(depthwise);
    change<u32>(L_SCRATCH_BYTES, <i32>openRows(layerRecord(0)) - 1, STATUS_SCRATCH);
    depthwise();
    window(layerRecord(0), 257, 256, 1, 1, 1);
    expect(reload()).toBe(STATUS_GEOMETRY);
  });
});

describe("FullyConnected is refused", () => {
  it("where its output is neither one vector nor a vector for each pixel of its input", () => {
    model(dense);
    output<u16>(T_HEIGHT, 2, STATUS_GEOMETRY);
    output<u16>(T_WIDTH, 4, STATUS_GEOMETRY);
  });
  it("where its arrays leave the data section or its scratch is too small", () => {
    model(dense);
    array(L_WEIGHTS, 192, 1);
    array(L_BIAS, 12, 4);
    array(L_MULTIPLIERS, 12, 4);
    array(L_SHIFTS, 3, 1);
    change<u32>(L_SCRATCH_BYTES, <i32>openRows(layerRecord(0)) - 1, STATUS_SCRATCH);
  });
  it("and so is a layer of another kind in its record: Softmax changes no shape", () => {
    model(dense);
    change<u8>(L_KIND, KIND_SOFTMAX, STATUS_GEOMETRY);
  });
});
