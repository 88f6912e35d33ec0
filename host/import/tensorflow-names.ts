// Layer names from the names that converters leave on tensors. They appear in reports, and users write them in
// override files, so they are short and unique, and the same for the float and the int8 export of a network.
//
// A tensor name is a list of paths, one for each TensorFlow operator that was fused:
//   "model/activation_1/Relu;model/batch_normalization_1/FusedBatchNormV3;model/conv2d_1/BiasAdd;model/conv2d_2/Conv2D"
// Shared constants leave the paths of other layers there, but the BiasAdd is always the layer's own.

const OWN: Record<string, RegExp[]> = {
  CONV_2D: [/\/BiasAdd$/, /\/(Conv2D|convolution)\d*$/],
  DEPTHWISE_CONV_2D: [/\/BiasAdd$/, /\/(depthwise|DepthwiseConv2dNative)\d*$/],
  FULLY_CONNECTED: [/\/BiasAdd$/, /\/MatMul\d*$/],
  ADD: [/\/add(_\d+)?$/i],
  MUL: [/\/mul(_\d+)?$/i],
};

const OPERATION =
  /^(Relu6?|BiasAdd|Conv2D|convolution|depthwise|MatMul|FusedBatchNormV3|AvgPool|MaxPool|Mean|Reshape|Softmax|Sigmoid|Tanh|Pad|concat|add|mul)\d*$/i;

/** Names that say nothing about the layer: the converter's for a network's output, and numbers. */
const NOTHING = /^(Identity(_int8|_\d+)?|StatefulPartitionedCall|PartitionedCall|output|tensor|\d+)(:\d+)?$/i;

/** A name for the layer that computes tensor `tensorName`. */
export function layerName(tensorName: string, operator: string): string {
  const paths = tensorName.split(";");
  const own = (OWN[operator] ?? []).map((pattern) => paths.find((path) => pattern.test(path)));
  const components = (own.find((path) => path !== undefined) ?? paths[0]).split("/");
  const last = components[components.length - 1];
  const chosen = components.length > 1 && OPERATION.test(last) ? components[components.length - 2] : last;
  const base = NOTHING.test(chosen) ? operator.toLowerCase() : chosen.replace(/:\d+$/, "").replace(/[^\w.-]+/g, "_");
  return base || operator.toLowerCase();
}

/** The name, with a number where it is taken; it joins those that are. */
export function uniqueName(base: string, taken: Set<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}.${i}`;
  taken.add(name);
  return name;
}
