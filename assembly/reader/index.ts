import { H_LAYER_COUNT } from "../../format/layout";
import { STATUS_OK } from "../../format/status";
import { layerRecord } from "../model";
import { fail, file, STREAMS } from "../state";
import { fetch, openStream, readHeader } from "../stream";
import { verifyHeader } from "./header";
import { verifyLayer } from "./layers";
import { verifyDataFlow } from "./overlap";
import { verifyTensors } from "./tensors";

/** Verifies the whole file once: run relies on it and checks nothing again. */
export function verify(bytes: i32): i32 {
  if (STREAMS) readHeader(bytes);
  const header = verifyHeader(bytes);
  if (header != STATUS_OK) return fail(header, -1);
  if (STREAMS) {
    const stream = openStream();
    if (stream != STATUS_OK) return stream;
  }
  const tensors = verifyTensors();
  if (tensors != STATUS_OK) return tensors;
  for (let i = 0, n = load<i32>(file(), H_LAYER_COUNT); i < n; i++) {
    if (STREAMS) fetch(i);
    const status = verifyLayer(layerRecord(i));
    if (status != STATUS_OK) return fail(status, i);
  }
  return verifyDataFlow();
}
