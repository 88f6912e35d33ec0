import {
  KIND_CONV_2D,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  L_ACTIVATION_MAX,
  L_ACTIVATION_MIN,
  L_BIAS,
  L_GROUPS,
  L_INPUT2,
  L_PAD_LEFT,
  L_SHIFTS,
  L_WEIGHTS,
} from "../../format/layout";
import { begin, exact, expectRun, finish, layer, parameters, put, scratch, tensor, window } from "./model";

/** More scratch than any layer here takes. */
const ROOM: i32 = 2048;

/** A Conv2D with these weights, in the file's order, whose requantisation leaves the sums as they are. */
function conv2D(x: i32, y: i32, channels: i32, weights: StaticArray<i32>): usize {
  const conv = layer(KIND_CONV_2D, x, y);
  put<i8>(conv, L_WEIGHTS, weights);
  exact(conv, channels);
  scratch(conv, ROOM);
  return conv;
}

function depthwise(x: i32, y: i32, channels: i32, weights: StaticArray<i32>): usize {
  const conv = layer(KIND_DEPTHWISE_CONV_2D, x, y);
  put<i8>(conv, L_WEIGHTS, weights);
  exact(conv, channels);
  scratch(conv, ROOM);
  return conv;
}

describe("Conv2D", () => {
  it("1×1: each output channel is the sum of the input channels times its weights, plus its bias", () => {
    begin();
    const x = tensor(1, 2, 3);
    const y = tensor(1, 2, 2);
    const conv = conv2D(x, y, 2, [1, 2, -1, 0, 3, 1]);
    put<i32>(conv, L_BIAS, [0, 10]);
    finish(x, y);
    expectRun([1, 2, 3, 4, 5, 6], [14, 12, 32, 12]);
  });
  it("3×3: padding adds nothing, the input's zero point is taken off, the output's put on", () => {
    begin();
    const x = tensor(2, 2, 1, -128);
    const y = tensor(2, 2, 1, 10);
    window(conv2D(x, y, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9]), 3, 3, 1, 1, 1);
    finish(x, y);
    // The image is 1 2 / 3 4: 5·1 + 6·2 + 8·3 + 9·4 = 77, 4·1 + 5·2 + 7·3 + 8·4 = 67, …
    expectRun([-127, -126, -125, -124], [87, 77, 57, 47]);
  });
  it("stride moves the window, dilation spreads its taps", () => {
    begin();
    const x = tensor(1, 5, 1);
    const y = tensor(1, 2, 1);
    window(conv2D(x, y, 1, [10, 1]), 1, 2, 2, 2, 0);
    finish(x, y);
    expectRun([1, 2, 3, 4, 5], [13, 35]);
  });
  it("in groups: an output channel sees its own group's inputs", () => {
    begin();
    const x = tensor(1, 1, 4);
    const y = tensor(1, 1, 2);
    store<u16>(conv2D(x, y, 2, [1, 2, 3, 4]), 2, L_GROUPS);
    finish(x, y);
    expectRun([1, 2, 3, 4], [5, 25]);
  });
  it("requantises a channel by its own factor, rounding twice where the shift is to the right", () => {
    begin();
    const x = tensor(1, 2, 1);
    const y = tensor(1, 2, 3);
    const conv = conv2D(x, y, 3, [1, 1, 1]);
    put<i8>(conv, L_SHIFTS, [1, 0, -1]);
    finish(x, y);
    // Factors 1, ½, ¼: 3 → 3, 1.5 → 2, 2 / 2 → 1; 5 → 5, 2.5 → 3, 3 / 2 → 2.
    expectRun([3, 5], [3, 2, 1, 5, 3, 2]);
  });
  it("clamps to the activation's bounds", () => {
    begin();
    const x = tensor(1, 3, 1);
    const y = tensor(1, 3, 1);
    const conv = conv2D(x, y, 1, [1]);
    store<i8>(conv, -5, L_ACTIVATION_MIN);
    store<i8>(conv, 20, L_ACTIVATION_MAX);
    finish(x, y);
    expectRun([100, -100, 7], [20, -5, 7]);
  });
  it("with a fused Add, here of its own input: the sum of the stored int8 value and the residual", () => {
    begin();
    const x = tensor(1, 2, 2, 1);
    const y = tensor(1, 2, 2, 50);
    const conv = conv2D(x, y, 2, [2, 0, 0, 3]);
    store<u16>(conv, x, L_INPUT2);
    store<i8>(conv, 9, L_ACTIVATION_MAX);
    // The convolution stores with zero point 7, clamped to 9; ½ · 2^20 and 2 · 2^−20 keep the scale.
    parameters(conv, [7, 1 << 30, 0, 1, 1 << 30, 0, 50, 1 << 30, -18, -128, 127]);
    finish(x, y);
    // x − 1 is 0, 1 and −1, 5: the convolution gives 0, 3 → 2 (9 − 7 is the bound) and −2, 15 → 2.
    expectRun([1, 2, 0, 6], [50, 53, 47, 57]);
  });
});

describe("DepthwiseConv2D", () => {
  it("weighs each channel alone, whole vectors of channels and what is left over", () => {
    begin();
    const x = tensor(1, 2, 9);
    const y = tensor(1, 1, 9);
    window(depthwise(x, y, 9, [1, -1, 2, -1, 3, -1, 4, -1, 5, -1, 6, -1, 7, -1, 8, -1, 9, -1]), 1, 2);
    finish(x, y);
    // (c + 1)² − 10·c
    expectRun([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 10, 20, 30, 40, 50, 60, 70, 80], [1, -6, -11, -14, -15, -14, -11, -6, 1]);
  });
  it("with a multiplier: each input channel feeds that many outputs", () => {
    begin();
    const x = tensor(1, 1, 2, 1);
    const y = tensor(1, 1, 4);
    depthwise(x, y, 4, [1, 2, 3, 4]);
    finish(x, y);
    expectRun([11, -9], [10, 20, -30, -40]);
  });
  it("leaves padding out", () => {
    begin();
    const x = tensor(1, 1, 1, 5);
    const y = tensor(1, 1, 1);
    const conv = depthwise(x, y, 1, [1, 2, 4]);
    window(conv, 1, 3);
    store<u8>(conv, 1, L_PAD_LEFT);
    finish(x, y);
    expectRun([8], [6]);
  });
});

describe("FullyConnected", () => {
  it("weighs the flattened input and rounds once, ties away from zero", () => {
    begin();
    const x = tensor(1, 2, 2, 1);
    const y = tensor(1, 1, 3, -10);
    const dense = layer(KIND_FULLY_CONNECTED, x, y);
    put<i8>(dense, L_WEIGHTS, [1, 0, 0, 1, 3, 0, 0, 0, 1, 0, 0, -1]);
    exact(dense, 3);
    put<i8>(dense, L_SHIFTS, [-1, 0, 1]);
    scratch(dense, ROOM);
    finish(x, y);
    // x − 1 is 5, −4, 1, 2: 5 / 4 = 1.25 → 1, −3 / 2 = −1.5 → −2, 15 − 2 = 13.
    expectRun([6, -3, 2, 3], [-9, -12, 3]);
  });
  it("weighs the channels of each pixel where its output has the input's pixels", () => {
    begin();
    const x = tensor(2, 1, 2, 1);
    const y = tensor(2, 1, 3);
    const dense = layer(KIND_FULLY_CONNECTED, x, y);
    put<i8>(dense, L_WEIGHTS, [1, 0, 0, 1, 10, -1]);
    exact(dense, 3);
    scratch(dense, ROOM);
    finish(x, y);
    expectRun([3, 6, 4, -1], [2, 5, 15, 3, -2, 32]);
  });
});
