// A request's body → the network's input, by its content type.
import { HalfbitError } from "../errors.ts";
import { type InputSpec, toInt8 } from "../samples/array.ts";
import { decodeImage, imagePixels } from "../samples/image.ts";
import type { Session } from "../session.ts";

const BODY = "the body";

/** A pixel of a JPEG takes 48 to 65 bytes while it is decoded (docs/workers.md): these take half of an instance's 128 MB. */
const MAX_MEGAPIXELS = 1.1;

type Input = InputSpec & { quantisation: NonNullable<InputSpec["quantisation"]> };

function image(body: Uint8Array, input: Input): Int8Array {
  return toInt8(imagePixels(decodeImage(body, BODY, MAX_MEGAPIXELS), BODY, input), input);
}

/** Values as infer.wasm takes them. */
function raw(body: Uint8Array): Int8Array {
  return new Int8Array(body.buffer, body.byteOffset, body.length);
}

const READERS: Record<string, (body: Uint8Array, input: Input) => Int8Array> = {
  "image/jpeg": image,
  "image/png": image,
  "application/octet-stream": raw,
};

/** Content types that are read. */
export const TYPES = Object.keys(READERS);

/** Throws E_CONTENT_TYPE where the request's type is none of TYPES; bytes without a type are raw, as HTTP has it. */
export function checkType(request: Request): string {
  const type = (request.headers.get("content-type") ?? "application/octet-stream").split(";")[0].trim().toLowerCase();
  if (Object.hasOwn(READERS, type)) return type;
  throw new HalfbitError("E_CONTENT_TYPE", `content type ${type} is not read here; send ${TYPES.join(", ")}`);
}

/** int8 values of the session's input. Throws E_INPUT_FORMAT for an image that cannot be read. */
export function readInput(body: Uint8Array, type: string, { input, metadata }: Session): Int8Array {
  const { shape, scale, zeroPoint } = input;
  return READERS[type](body, {
    shape,
    quantisation: { scale, zeroPoint },
    preprocessing: metadata.preprocessing,
  });
}
