// What the runtime answers. Numbers are stable: they are returned by load, run, step and selfTest.

export const STATUS_OK: i32 = 0;
export const STATUS_NO_MODEL: i32 = 1;
export const STATUS_TRUNCATED: i32 = 2;
export const STATUS_MAGIC: i32 = 3;
export const STATUS_VERSION_OLD: i32 = 4;
export const STATUS_VERSION_NEW: i32 = 5;
export const STATUS_FILE_BYTES: i32 = 6;
export const STATUS_CHECKSUM: i32 = 7;
export const STATUS_HEADER: i32 = 8;
export const STATUS_TENSOR: i32 = 9;
export const STATUS_LAYER_KIND: i32 = 10;
export const STATUS_LAYER_TENSORS: i32 = 11;
export const STATUS_GEOMETRY: i32 = 12;
export const STATUS_WEIGHTS: i32 = 13;
export const STATUS_PARAMETERS: i32 = 14;
export const STATUS_SCRATCH: i32 = 15;
export const STATUS_OVERLAP: i32 = 16;
export const STATUS_MEMORY: i32 = 17;
export const STATUS_STEP: i32 = 18;
export const STATUS_NO_SELF_TEST: i32 = 19;
export const STATUS_SELF_TEST: i32 = 20;
