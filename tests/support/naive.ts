// The graph's layers from their definitions in host/graph/graph.ts: one output value at a time, in float64.

import type { Activation, Geometry, Layer } from "../../host/graph/graph.ts";

/** Height × width × channels. */
export interface Image {
  shape: [number, number, number];
  data: ArrayLike<number>;
}

const read = ({ shape, data }: Image, y: number, x: number, c: number) => data[(y * shape[1] + x) * shape[2] + c];

const inside = ({ shape }: Image, y: number, x: number) => y >= 0 && y < shape[0] && x >= 0 && x < shape[1];

/** Row, column and kernel position of every pixel that output (oy, ox) sees inside the image. */
function windowPixels(image: Image, g: Geometry, oy: number, ox: number) {
  return Array.from({ length: g.kernel[0] * g.kernel[1] }, (_, tap) => ({
    tap,
    y: oy * g.stride[0] - g.padding.top + Math.floor(tap / g.kernel[1]) * g.dilation[0],
    x: ox * g.stride[1] - g.padding.left + (tap % g.kernel[1]) * g.dilation[1],
  })).filter(({ y, x }) => inside(image, y, x));
}

const LIMIT: Record<Activation, (v: number) => number> = {
  None: (v) => v,
  Relu: (v) => Math.max(v, 0),
  Relu6: (v) => Math.min(Math.max(v, 0), 6),
};

const FUNCTIONS: Record<string, (v: number) => number> = {
  Identity: (v) => v,
  Relu: LIMIT.Relu,
  Relu6: LIMIT.Relu6,
  HardSwish: (v) => (v * LIMIT.Relu6(v + 3)) / 6,
  Logistic: (v) => 1 / (1 + Math.exp(-v)),
  Tanh: Math.tanh,
};

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Value (y, x, c) of the layer's output, whose shape is `output`. */
function value(layer: Layer, inputs: Image[], output: Image["shape"], y: number, x: number, c: number): number {
  const [a, b] = inputs;
  const [height, width, channels] = a.shape;
  const every = Array.from({ length: height * width * channels }, (_, i) => a.data[i]);
  switch (layer.kind) {
    case "Conv2D": {
      const depth = channels / layer.groups;
      const first = Math.floor(c / (output[2] / layer.groups)) * depth;
      const taps = layer.geometry.kernel[0] * layer.geometry.kernel[1];
      const terms = windowPixels(a, layer.geometry, y, x).flatMap((p) =>
        Array.from(
          { length: depth },
          (_, i) => layer.weights[(c * taps + p.tap) * depth + i] * read(a, p.y, p.x, first + i),
        ),
      );
      return LIMIT[layer.activation](sum(terms) + layer.bias[c]);
    }
    case "DepthwiseConv2D": {
      const from = Math.floor(c / (output[2] / channels));
      const terms = windowPixels(a, layer.geometry, y, x).map(
        (p) => layer.weights[p.tap * output[2] + c] * read(a, p.y, p.x, from),
      );
      return LIMIT[layer.activation](sum(terms) + layer.bias[c]);
    }
    case "FullyConnected":
      return LIMIT[layer.activation](sum(every.map((v, s) => v * layer.weights[c * every.length + s])) + layer.bias[c]);
    case "Add":
      return LIMIT[layer.activation](read(a, y, x, c) + read(b, y, x, c));
    case "Mul":
      return LIMIT[layer.activation](read(a, y, x, c) * (b.shape[0] === height ? read(b, y, x, c) : b.data[c]));
    case "Concat": {
      const at = [y, x, c];
      for (const image of inputs) {
        if (at[layer.axis] < image.shape[layer.axis]) return read(image, at[0], at[1], at[2]);
        at[layer.axis] -= image.shape[layer.axis];
      }
      return Number.NaN;
    }
    case "Pad": {
      const [py, px] = [y - layer.padding.top, x - layer.padding.left];
      return inside(a, py, px) ? read(a, py, px, c) : 0;
    }
    case "AveragePool":
    case "MaxPool": {
      const seen = windowPixels(a, layer.geometry, y, x).map((p) => read(a, p.y, p.x, c));
      return LIMIT[layer.activation](layer.kind === "MaxPool" ? Math.max(...seen) : sum(seen) / seen.length);
    }
    case "Mean":
      return sum(every.filter((_, i) => i % channels === c)) / (height * width);
    case "Softmax": {
      const exponentials = Array.from({ length: channels }, (_, i) => Math.exp(layer.beta * read(a, y, x, i)));
      return exponentials[c] / sum(exponentials);
    }
    case "Reshape":
      return a.data[(y * output[1] + x) * output[2] + c];
    case "Elementwise":
      return FUNCTIONS[layer.function](read(a, y, x, c));
  }
}

/** The layer's output for one sample. */
export function naiveLayer(layer: Layer, inputs: Image[], shape: Image["shape"]): Image {
  const [, width, channels] = shape;
  const data = Float32Array.from({ length: shape[0] * width * channels }, (_, i) =>
    value(layer, inputs, shape, Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels),
  );
  return { shape, data };
}
