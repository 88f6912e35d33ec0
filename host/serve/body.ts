// A request's body, read no further than it may be long.
import { HalfbitError } from "../errors.ts";

/** Throws E_BODY_SIZE as soon as there are more bytes than may be, and leaves the rest; E_EMPTY where there are none. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLong(maxBytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.length;
    if (bytes > maxBytes) {
      await reader?.cancel();
      throw tooLong(maxBytes);
    }
    chunks.push(part.value);
  }
  if (bytes === 0) throw new HalfbitError("E_EMPTY", "the body is empty (0 bytes)");
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function tooLong(maxBytes: number): HalfbitError {
  return new HalfbitError("E_BODY_SIZE", `the body has more than ${maxBytes} bytes; send a smaller image`);
}
