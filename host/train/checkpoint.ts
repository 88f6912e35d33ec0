// The state of an interrupted training as bytes: magic, CRC32 of the rest, length of the header, JSON header, numbers.

import crc32 from "crc-32";
import { HalfbitError } from "../errors.ts";
import type { Pace } from "./pace.ts";
import type { TrainingState } from "./train.ts";

const MAGIC = "halfbit checkpoint 3\n";
const FIXED = MAGIC.length + 8;

interface Header {
  /** What is trained on what: only the same compilation goes on from here. */
  job: string;
  step: number;
  milliseconds: number;
  adamStep: number;
  bestLoss: number;
  pace: Pace;
  /** Of each of the four arrays. */
  length: number;
}

export function encodeCheckpoint(job: string, state: TrainingState): Uint8Array {
  const { step, milliseconds, values, adam, best, bestLoss, pace } = state;
  const header: Header = { job, step, milliseconds, adamStep: adam.step, bestLoss, pace, length: values.length };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const arrays = [values, adam.mean, adam.square, best];
  const bytes = new Uint8Array(FIXED + text.length + 16 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(MAGIC.length + 4, text.length, true);
  bytes.set(text, FIXED);
  const at = (index: number, i: number) => FIXED + text.length + 4 * (index * values.length + i);
  for (const [index, array] of arrays.entries())
    for (let i = 0; i < array.length; i++) view.setFloat32(at(index, i), array[i], true);
  view.setInt32(MAGIC.length, crc32.buf(bytes.subarray(MAGIC.length + 4)), true);
  return bytes;
}

/** The state, or undefined where it belongs to another job. Throws E_CHECKPOINT where the bytes are damaged. */
export function decodeCheckpoint(bytes: Uint8Array, job: string, file: string): TrainingState | undefined {
  const damaged = (what: string) =>
    new HalfbitError("E_CHECKPOINT", `${file}: ${what}; training starts from the beginning`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw damaged("not a checkpoint");
  if (bytes.length < FIXED) throw damaged("the checkpoint is cut off");
  if (view.getInt32(MAGIC.length, true) !== crc32.buf(bytes.subarray(MAGIC.length + 4)))
    throw damaged("the checkpoint is damaged (its checksum does not match)");
  const end = FIXED + view.getUint32(MAGIC.length + 4, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(FIXED, end))) as Header;
  if (header.job !== job) return undefined;
  const { length } = header;
  const [values, mean, square, best] = [0, 1, 2, 3].map((index) =>
    Float32Array.from({ length }, (_, i) => view.getFloat32(end + 4 * (index * length + i), true)),
  );
  const { step, milliseconds, adamStep, bestLoss, pace } = header;
  return { step, milliseconds, values, adam: { step: adamStep, mean, square }, best, bestLoss, pace };
}
