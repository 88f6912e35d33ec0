// float.wasm: float32 kernels for training, on the heap of TensorFlow.js (its memory is imported, and this module has
// no data of its own). Activations are NHWC; T8 and C8 are channels rounded up to a multiple of 8.

export { convolve } from "./convolve";
export { depthwise, depthwiseGradient } from "./depthwise";
export { filterGradient } from "./filter-gradient";
export { copyColumns, crop, pad } from "./image";
export { inputGradient } from "./input-gradient";
export { maskGradient } from "./mask-gradient";
export { pack } from "./pack";
