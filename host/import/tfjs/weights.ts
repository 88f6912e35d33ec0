// The weights of a TensorFlow.js model: the shards that its manifest names, put together and decoded.

import type { io } from "@tensorflow/tfjs-core";
import { HalfbitError } from "../../errors.ts";
import { startTfjs } from "../../tfjs/backend.ts";
import type { Numbers } from "../numbers.ts";
import type { Source } from "../source.ts";
import { line, storedBytes, type TfjsModel } from "./model.ts";
import type { Constant } from "./values.ts";

/** As TensorFlow.js takes them. */
export interface StoredWeights {
  specs: io.WeightsManifestEntry[];
  data: ArrayBuffer;
}

/** Reads the shards in the order of the manifest. Throws E_SOURCE_CORRUPT for one that is missing or does not fit. */
export async function readWeights({ file, manifest }: TfjsModel, source: Source): Promise<StoredWeights> {
  const corrupt = (what: string) => new HalfbitError("E_SOURCE_CORRUPT", `${file}: ${what}`);
  const shards: Uint8Array[] = [];
  for (const { paths, weights } of manifest) {
    const first = shards.length;
    for (const path of paths) shards.push(await readShard(source, path));
    const bytes = shards.slice(first).reduce((sum, shard) => sum + shard.length, 0);
    const listed = weights.reduce((sum, weight) => sum + (storedBytes(weight) ?? 0), 0);
    if (bytes === listed) continue;
    const names = line(paths.join(", ")) || "no file";
    throw corrupt(`${names}: ${bytes} bytes of weights instead of ${listed}; export or copy the whole folder again`);
  }
  return { specs: manifest.flatMap(({ weights }) => weights), data: joined(shards) };
}

async function readShard({ name: file, read }: Source, path: string): Promise<Uint8Array> {
  const shard = `weights in "${line(path)}"`;
  const corrupt = (what: string, cause?: unknown) =>
    new HalfbitError("E_SOURCE_CORRUPT", `${file}: ${shard} ${what}`, { cause });
  if (/^([\\/]|\w:)|(^|[\\/])\.\.([\\/]|$)/.test(path)) throw corrupt("lie outside its folder; export it again");
  if (read === undefined) throw corrupt("lie in another file: give compile a function `read` that returns its bytes");
  try {
    return await read(path);
  } catch (cause) {
    const why = line(cause instanceof Error ? cause.message : String(cause));
    throw corrupt(`cannot be read (${why}); put the file beside ${file.split(/[\\/]/).at(-1)}`, cause);
  }
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

/** The real numbers, by name. */
export async function decodeWeights({ specs, data }: StoredWeights): Promise<Map<string, Constant>> {
  const tf = await startTfjs();
  const decoded = Object.entries(tf.io.decodeWeights(data, specs));
  const constants = decoded.map(([name, tensor]): [string, Constant] => {
    return [name, { kind: "constant", dims: tensor.shape, data: tensor.dataSync() as Numbers }];
  });
  tf.dispose(decoded.map(([, tensor]) => tensor));
  return new Map(constants);
}
