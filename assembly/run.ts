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
import {
  HAS_ADD,
  HAS_AVERAGE_POOL,
  HAS_BINARY_PLANES,
  HAS_CONCAT,
  HAS_CONV_2D,
  HAS_DEPTHWISE_CONV_2D,
  HAS_FULLY_CONNECTED,
  HAS_LOOKUP,
  HAS_MAX_POOL,
  HAS_MEAN,
  HAS_MUL,
  HAS_PAD,
  HAS_SEMI_BINARY,
  HAS_SOFTMAX,
} from "./kinds";
import { add, lookup, mul } from "./layers/elementwise";
import { concat, pad } from "./layers/move";
import { ofInt8 } from "./layers/of-int8";
import { ofSigns } from "./layers/of-signs";
import { mean, pool } from "./layers/pool";
import { softmax } from "./layers/softmax";
import { layerRecord } from "./model";
import { STREAMS } from "./state";
import { fetch } from "./stream";

/** Runs one layer of the verified model. */
export function runLayer(index: i32): void {
  if (STREAMS) fetch(index);
  const layer = layerRecord(index);
  switch (<i32>load<u8>(layer, L_KIND)) {
    case KIND_CONV_2D:
    case KIND_DEPTHWISE_CONV_2D:
    case KIND_FULLY_CONNECTED:
      if (HAS_CONV_2D || HAS_DEPTHWISE_CONV_2D || HAS_FULLY_CONNECTED) ofInt8(layer);
      break;
    case KIND_ADD:
      if (HAS_ADD) add(layer);
      break;
    case KIND_MUL:
      if (HAS_MUL) mul(layer);
      break;
    case KIND_CONCAT:
      if (HAS_CONCAT) concat(layer);
      break;
    case KIND_PAD:
      if (HAS_PAD) pad(layer);
      break;
    case KIND_AVERAGE_POOL:
      if (HAS_AVERAGE_POOL) pool(layer, true);
      break;
    case KIND_MAX_POOL:
      if (HAS_MAX_POOL) pool(layer, false);
      break;
    case KIND_MEAN:
      if (HAS_MEAN) mean(layer);
      break;
    case KIND_SOFTMAX:
      if (HAS_SOFTMAX) softmax(layer);
      break;
    case KIND_LOOKUP:
      if (HAS_LOOKUP) lookup(layer);
      break;
    case KIND_SEMI_BINARY:
    case KIND_BINARY_PLANES:
      if (!HAS_SEMI_BINARY && !HAS_BINARY_PLANES) break;
      if (ASC_FEATURE_SIMD) ofSigns<v128>(layer);
      else ofSigns<u64>(layer);
      break;
  }
}
