import {
  KIND_ADD,
  KIND_AVERAGE_POOL,
  KIND_BINARY_PLANES,
  KIND_CONCAT,
  KIND_CONV_2D,
  KIND_DEPTHWISE_CONV_2D,
  KIND_FULLY_CONNECTED,
  KIND_LOOKUP,
  KIND_MAX_POOL,
  KIND_MEAN,
  KIND_MUL,
  KIND_PAD,
  KIND_SEMI_BINARY,
  KIND_SOFTMAX,
  L_KIND,
} from "../format/layout";
import { binaryPlanes } from "./layers/binary_planes";
import { conv2D } from "./layers/conv_2d";
import { depthwiseConv2D } from "./layers/depthwise_conv_2d";
import { add, lookup, mul } from "./layers/elementwise";
import { fullyConnected } from "./layers/fully_connected";
import { concat, pad } from "./layers/move";
import { averagePool, maxPool, mean } from "./layers/pool";
import { semiBinary } from "./layers/semi_binary";
import { softmax } from "./layers/softmax";
import { layerRecord } from "./model";

/** Runs one layer of the verified model. */
export function runLayer(index: i32): void {
  const layer = layerRecord(index);
  switch (<i32>load<u8>(layer, L_KIND)) {
    case KIND_CONV_2D:
      return conv2D(layer);
    case KIND_DEPTHWISE_CONV_2D:
      return depthwiseConv2D(layer);
    case KIND_FULLY_CONNECTED:
      return fullyConnected(layer);
    case KIND_ADD:
      return add(layer);
    case KIND_MUL:
      return mul(layer);
    case KIND_CONCAT:
      return concat(layer);
    case KIND_PAD:
      return pad(layer);
    case KIND_AVERAGE_POOL:
      return averagePool(layer);
    case KIND_MAX_POOL:
      return maxPool(layer);
    case KIND_MEAN:
      return mean(layer);
    case KIND_SOFTMAX:
      return softmax(layer);
    case KIND_LOOKUP:
      return lookup(layer);
    case KIND_SEMI_BINARY:
      return semiBinary(layer);
    case KIND_BINARY_PLANES:
      return binaryPlanes(layer);
  }
}
