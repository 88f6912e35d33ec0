import { openStrip } from "../../assembly/kernels/strip";
import { openScratch } from "../../assembly/kernels/strip-scratch";
import { layerRecord } from "../../assembly/model";
import {
  KIND_BINARY_PLANES,
  KIND_SEMI_BINARY,
  L_BATCH,
  L_BIAS,
  L_BIAS_SHIFT,
  L_MULTIPLIERS,
  L_PLANES,
  L_RANK,
  L_SCRATCH_BYTES,
  L_SHIFT_M,
  L_SHIFT_R,
  L_SHIFTS,
  L_STRIP_COLUMNS,
  L_STRIP_ROWS,
  L_WEIGHTS,
  L_WEIGHTS_U,
  MAX_CHANNELS,
  MAX_PLANES,
  MAX_SHIFT,
} from "../../format/layout";
import { STATUS_GEOMETRY, STATUS_OK, STATUS_SCRATCH, STATUS_WEIGHTS } from "../../format/status";
import { MAX_TERMS } from "../../format/strip";
import { begin, finish, layer, put, repeat, strip, tensor, window } from "./model";
import { array, change, model } from "./refuse";

/** SemiBinary 3×3 from 4×4×4 (S = 36) to 4×4×3, K = 9. */
function semiBinary(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(4, 4, 3);
  const record = layer(KIND_SEMI_BINARY, x, y);
  window(record, 3, 3, 1, 1, 1);
  store<u16>(record, 9, L_RANK);
  put<u8>(record, L_WEIGHTS, repeat(1, 45));
  put<u8>(record, L_WEIGHTS_U, repeat(1, 6));
  put<i16>(record, L_BIAS, repeat(0, 3));
  put<u16>(record, L_MULTIPLIERS, repeat(1, 9));
  put<u16>(record, L_SHIFTS, repeat(1, 3));
  strip(record);
  expect(finish(x, y)).toBe(STATUS_OK);
}

/** BinaryPlanes 3×3 from 4×4×4 to 4×4×3, two planes. */
function planes(): void {
  begin();
  const x = tensor(4, 4, 4);
  const y = tensor(4, 4, 3);
  const record = layer(KIND_BINARY_PLANES, x, y);
  window(record, 3, 3, 1, 1, 1);
  store<u8>(record, 2, L_PLANES);
  put<u8>(record, L_WEIGHTS, repeat(1, 30));
  put<i16>(record, L_BIAS, repeat(0, 3));
  put<i16>(record, L_MULTIPLIERS, repeat(1, 6));
  strip(record);
  expect(finish(x, y)).toBe(STATUS_OK);
}

/** Its scratch can be what its strip takes, and no less; a strip is of at least one pixel, and a batch even. */
function tooSmall(build: () => void): void {
  build();
  openStrip(layerRecord(0));
  store<u32>(layerRecord(0), 0, L_SCRATCH_BYTES); // with too little the entries of a few rows stand at once
  const bytes = <i32>openScratch(layerRecord(0));
  change<u32>(L_SCRATCH_BYTES, bytes, STATUS_OK);
  change<u32>(L_SCRATCH_BYTES, bytes - 1, STATUS_SCRATCH);
  change<u8>(L_STRIP_ROWS, 0, STATUS_SCRATCH);
  change<u8>(L_STRIP_COLUMNS, 0, STATUS_SCRATCH);
  change<u8>(L_STRIP_COLUMNS, 255, STATUS_SCRATCH);
  change<u16>(L_BATCH, 0, STATUS_SCRATCH);
  change<u16>(L_BATCH, 3, STATUS_SCRATCH);
  change<u16>(L_BATCH, MAX_TERMS, STATUS_OK);
  change<u16>(L_BATCH, MAX_TERMS + 1, STATUS_SCRATCH);
}

describe("SemiBinary is refused", () => {
  it("where its rank is 0 or its window larger than int32 sums allow", () => {
    model(semiBinary);
    change<u16>(L_RANK, 0, STATUS_GEOMETRY);
    begin();
    const x = tensor(1, 2, MAX_CHANNELS);
    const record = layer(KIND_SEMI_BINARY, x, tensor(1, 1, 1));
    store<u16>(record, 1, L_RANK);
    window(record, 1, 2);
    expect(finish(x, 1)).toBe(STATUS_GEOMETRY, "S = 2 · MAX_WINDOW");
  });
  it("where a shift is beyond MAX_SHIFT", () => {
    model(semiBinary);
    change<u8>(L_SHIFT_M, MAX_SHIFT, STATUS_OK);
    change<u8>(L_SHIFT_M, MAX_SHIFT + 1, STATUS_WEIGHTS);
    change<u8>(L_SHIFT_R, MAX_SHIFT, STATUS_OK);
    change<u8>(L_SHIFT_R, MAX_SHIFT + 1, STATUS_WEIGHTS);
    change<u8>(L_BIAS_SHIFT, MAX_SHIFT, STATUS_OK);
    change<u8>(L_BIAS_SHIFT, MAX_SHIFT + 1, STATUS_WEIGHTS);
  });
  it("where V, U, bias, M or R leave the data section or are not aligned", () => {
    model(semiBinary);
    array(L_WEIGHTS, 45, 1);
    array(L_WEIGHTS_U, 6, 1);
    array(L_BIAS, 6, 2);
    array(L_MULTIPLIERS, 18, 2);
    array(L_SHIFTS, 6, 2);
  });
  it("where its scratch is too small", () => {
    model(semiBinary);
    tooSmall(semiBinary);
  });
});

describe("BinaryPlanes is refused", () => {
  it("where it has no planes or too many, or a shift beyond MAX_SHIFT", () => {
    model(planes);
    change<u8>(L_PLANES, 0, STATUS_GEOMETRY);
    change<u8>(L_PLANES, MAX_PLANES, STATUS_OK);
    change<u8>(L_PLANES, MAX_PLANES + 1, STATUS_GEOMETRY);
    change<u8>(L_SHIFT_R, MAX_SHIFT + 1, STATUS_WEIGHTS);
    change<u8>(L_BIAS_SHIFT, MAX_SHIFT + 1, STATUS_WEIGHTS);
  });
  it("where its arrays leave the data section or are not aligned, or its scratch is too small", () => {
    model(planes);
    array(L_WEIGHTS, 30, 1);
    array(L_BIAS, 6, 2);
    array(L_MULTIPLIERS, 12, 2);
    tooSmall(planes);
  });
});
