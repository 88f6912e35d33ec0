// The layer kinds that a build has: all, or with KINDS (a bit each, 1 << KIND_*) those of one model. What the others take
// is compiled for none of them, and their layers are refused. What all layers have in common is a constant as well.

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
} from "../format/layout";

export const PROFILED: bool = isDefined(KINDS);
export const BUILT: i32 = isDefined(KINDS) ? KINDS : -1;
/** A build with INT8_RANGE has no clamp to less than int8, and refuses layers with one. */
export const INT8_RANGE_ONLY: bool = isDefined(INT8_RANGE);

export const HAS_CONV_2D: bool = (BUILT & (1 << KIND_CONV_2D)) != 0;
export const HAS_DEPTHWISE_CONV_2D: bool = (BUILT & (1 << KIND_DEPTHWISE_CONV_2D)) != 0;
export const HAS_FULLY_CONNECTED: bool = (BUILT & (1 << KIND_FULLY_CONNECTED)) != 0;
export const HAS_ADD: bool = (BUILT & (1 << KIND_ADD)) != 0;
export const HAS_MUL: bool = (BUILT & (1 << KIND_MUL)) != 0;
export const HAS_CONCAT: bool = (BUILT & (1 << KIND_CONCAT)) != 0;
export const HAS_PAD: bool = (BUILT & (1 << KIND_PAD)) != 0;
export const HAS_AVERAGE_POOL: bool = (BUILT & (1 << KIND_AVERAGE_POOL)) != 0;
export const HAS_MAX_POOL: bool = (BUILT & (1 << KIND_MAX_POOL)) != 0;
export const HAS_MEAN: bool = (BUILT & (1 << KIND_MEAN)) != 0;
export const HAS_SOFTMAX: bool = (BUILT & (1 << KIND_SOFTMAX)) != 0;
export const HAS_LOOKUP: bool = (BUILT & (1 << KIND_LOOKUP)) != 0;
export const HAS_SEMI_BINARY: bool = (BUILT & (1 << KIND_SEMI_BINARY)) != 0;
export const HAS_BINARY_PLANES: bool = (BUILT & (1 << KIND_BINARY_PLANES)) != 0;
