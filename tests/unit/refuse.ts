// Asserts what the reader answers to a model of one layer in which one field is changed, under a right checksum.

import { layerRecord, parameters, tensorRecord } from "../../assembly/model";
import { STATUS_OK, STATUS_WEIGHTS } from "../../format/status";
import { DATA, FILE_BYTES, refusedRecord, reload } from "./model";

let build: () => void = () => {};

/** The model to change from here on: `builder` lays out one that loads, with one layer from tensor 0 to tensor 1. */
export function model(builder: () => void): void {
  build = builder;
}

/** A field of the layer. */
export function change<T>(field: usize, value: i32, status: i32): void {
  build();
  store<T>(layerRecord(0) + field, <T>value);
  expect(reload()).toBe(status, `layer field ${field} = ${value}`);
  expect(refusedRecord()).toBe(status == STATUS_OK ? -1 : 0);
}

/** A word of the layer's parameters. */
export function word(index: i32, value: i32, status: i32): void {
  build();
  store<i32>(parameters(layerRecord(0)) + (index << 2), value);
  expect(reload()).toBe(status, `word ${index} = ${value}`);
}

/** A field of the output tensor. */
export function output<T>(field: usize, value: i32, status: i32): void {
  build();
  store<T>(tensorRecord(1) + field, <T>value);
  expect(reload()).toBe(status, `output field ${field} = ${value}`);
}

/**
 * The layer's field says where `bytes` bytes lie: outside the data section on either side, and not aligned; right at
 * its end they are zeros that are taken (or, for another reason, get the status `zeros`).
 */
export function array(
  field: usize,
  bytes: i32,
  alignment: i32,
  status: i32 = STATUS_WEIGHTS,
  zeros: i32 = STATUS_OK,
): void {
  change<u32>(field, FILE_BYTES - bytes, zeros);
  change<u32>(field, 0, status);
  change<u32>(field, DATA - alignment, status);
  change<u32>(field, FILE_BYTES - bytes + alignment, status);
  change<u32>(field, -alignment, status);
  if (alignment > 1) change<u32>(field, DATA + (alignment >> 1), status);
}
