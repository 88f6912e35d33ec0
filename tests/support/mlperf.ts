// The MLPerf Tiny models, which lie beside the repository where they are at all.
import { readFileSync } from "node:fs";
import { sharedData } from "./data.ts";

/** For `{ skip }`: false, or why the models are missing. */
export const noMlperf = sharedData("mlperf-tiny") ? false : "../shared/data/mlperf-tiny is not there";

/** A file of the folder, such as "ic_resnet8_int8.tflite". */
export function mlperf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(sharedData(`mlperf-tiny/${name}`)!));
}
