// PNG and JPEG photographs → H × W × C pixels as a network wants them.
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { HalfbitError } from "../errors.ts";
import type { InputSpec, SampleArray } from "./array.ts";
import { resize } from "./resize.ts";

const MAX_MEGAPIXELS = 100;

export interface Rgba {
  width: number;
  height: number;
  data: Uint8Array;
}

export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => bytes[i] === b);
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** A PNG or JPEG, any colours, as RGBA. Throws E_INPUT_FORMAT where it is damaged or too large. */
export function decodeImage(bytes: Uint8Array, file: string, maxMegapixels: number = MAX_MEGAPIXELS): Rgba {
  const kind = isPng(bytes) ? "PNG" : "JPEG";
  try {
    if (kind === "JPEG") return jpeg.decode(bytes, { useTArray: true, maxResolutionInMP: maxMegapixels });
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const megapixels = (header.getUint32(16) * header.getUint32(20)) / 1e6;
    if (megapixels > maxMegapixels) throw new Error(`more than ${maxMegapixels} megapixels`);
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new HalfbitError("E_INPUT_FORMAT", `${file}: not a readable ${kind} image (${reason})`, { cause });
  }
}

/** Over white, as a page shows a transparent picture. */
function overWhite({ data, width, height }: Rgba): Float32Array {
  const pixels = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3] / 255;
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = data[4 * i + c] * alpha + 255 * (1 - alpha);
  }
  return pixels;
}

/** Luma of ITU-R BT.601, which Pillow and OpenCV use too. */
function luma(rgb: Float32Array): Float32Array {
  return Float32Array.from({ length: rgb.length / 3 }, (_, i) => {
    return 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
  });
}

/**
 * An image as pixels (0…255, uint8) of the input's shape: transparency over white, stretched to height × width,
 * then one channel of luma or three in the preprocessing's order (RGB where it names none).
 */
export function imagePixels(image: Rgba, file: string, input: InputSpec): SampleArray {
  const [height, width, channels] = input.shape;
  if (channels !== 1 && channels !== 3) {
    throw new HalfbitError(
      "E_INPUT_FORMAT",
      `${file}: an image, but the model's input has ${channels} channels; give it a raw or .npy file`,
    );
  }
  const rgb = resize(overWhite(image), [image.height, image.width, 3], [height, width]);
  const wanted = channels === 1 ? luma(rgb) : rgb;
  const data = Uint8Array.from(wanted, (value) => Math.max(0, Math.min(255, Math.round(value))));
  if (channels === 3 && input.preprocessing?.channelOrder === "BGR") swapRedAndBlue(data);
  return { file, shape: [height, width, channels], data };
}

function swapRedAndBlue(data: Uint8Array): void {
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i];
    data[i] = data[i + 2];
    data[i + 2] = red;
  }
}
