import { type Geometry, windowOutput } from "../../graph/graph.ts";
import { show } from "../numbers.ts";
import { samePadding } from "../padding.ts";
import type { Call } from "./call.ts";
import type { Shape } from "./layout.ts";

const LARGEST = 0xffff;

/** Strides, dilations and padding of Conv and pooling nodes, with auto_pad and ceil_mode resolved to pixels. */
export function windowGeometry(call: Call, input: Shape, kernel: [number, number]): Geometry {
  const pair = (name: string): [number, number] => {
    const values = call.ints(name) ?? [1, 1];
    if (values.length !== 2) call.fail(`has ${values.length} ${name}; only two spatial dimensions are supported`);
    if (!values.every((n) => n >= 1 && n <= LARGEST)) call.corrupt(`has ${name} ${show(values)}`);
    return [values[0], values[1]];
  };
  if (!kernel.every((n) => Number.isInteger(n) && n >= 1 && n <= LARGEST))
    call.corrupt(`has a kernel of ${show(kernel)}`);
  const stride = pair("strides");
  const dilation = pair("dilations");
  const extent = kernel.map((k, i) => dilation[i] * (k - 1) + 1);
  const [[top, bottom], [left, right]] = [0, 1].map((i) => pads(call, i, input[i], extent[i], stride[i]));
  const geometry: Geometry = { kernel, stride, dilation, padding: { top, left, bottom, right } };
  if (!windowOutput(input, geometry).every((n) => n >= 1))
    call.corrupt(`has a window of ${show(extent)} over an image of ${input[0]}×${input[1]}`);
  return call.int("ceil_mode", 0) === 1 ? roundedUp(input, geometry) : geometry;
}

/** Padding before and after spatial axis i. SAME: output = ceil(n / stride), the odd pixel after (UPPER) or before (LOWER). */
function pads(call: Call, i: number, n: number, extent: number, stride: number): [number, number] {
  const mode = call.string("auto_pad", "NOTSET");
  if (mode === "VALID") return [0, 0];
  if (mode === "SAME_UPPER" || mode === "SAME_LOWER") {
    const [less, more] = samePadding(n, extent, stride);
    return mode === "SAME_UPPER" ? [less, more] : [more, less];
  }
  const values = call.ints("pads") ?? [0, 0, 0, 0];
  if (values.length !== 4) call.fail(`has ${values.length} pads; only two spatial dimensions are supported`);
  if (!values.every((p) => p <= LARGEST)) call.corrupt(`has pads ${show(values)}`);
  if (values.some((p) => p < 0)) call.fail("has negative pads (cropping), which is not supported");
  return [values[i], values[i + 2]];
}

/**
 * ceil_mode: the last window may reach past the padded image, but has to start inside the image or the padding before
 * it. That is padding after the image, which pooling over the pixels inside leaves out anyway.
 */
function roundedUp(input: Shape, g: Geometry): Geometry {
  const after = (i: 0 | 1, before: number, given: number): number => {
    const extent = g.dilation[i] * (g.kernel[i] - 1) + 1;
    const stride = g.stride[i];
    const output = Math.ceil((input[i] + before + given - extent) / stride) + 1;
    const kept = (output - 1) * stride >= input[i] + before ? output - 1 : output;
    return Math.max(given, (kept - 1) * stride + extent - input[i] - before);
  };
  const { top, left, bottom, right } = g.padding;
  return { ...g, padding: { top, left, bottom: after(0, top, bottom), right: after(1, left, right) } };
}
