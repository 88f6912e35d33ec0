// The model's records and the arena, where the runtime has put them, for its peers in plain C.
#pragma once
#include "layout.h" // format/layout.ts

#define U8(p) (*(const u8 *)(p))
#define S8(p) (*(const s8 *)(p))
#define U16(p) (*(const u16 *)(p))
#define U32(p) (*(const u32 *)(p))

typedef struct {
  s8 *values;
  s32 height, width, channels, zero;
} Tensor;

static const u8 *const model = (const u8 *)halfbit_model;

static const u8 *tensor_record(u32 index) { return model + U32(model + H_TENSORS) + index * TENSOR_BYTES; }

static u8 *arena(void) { return (u8 *)halfbit_input() - U32(tensor_record(U32(model + H_INPUT)) + T_ARENA); }

static Tensor tensor(u32 index) {
  const u8 *own = tensor_record(index);
  return (Tensor){(s8 *)arena() + U32(own + T_ARENA), U16(own + T_HEIGHT), U16(own + T_WIDTH), U32(own + T_CHANNELS),
                  U32(own + T_ZERO_POINT)};
}

static inline s32 clamp(s32 x, s32 low, s32 high) { return x < low ? low : x > high ? high : x; }
