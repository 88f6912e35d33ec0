// A request's body, of which no more is kept than it may have.
import { HalfbitError } from "../errors.ts";

/** What `discard` reads on at most. */
const MAX_DISCARDED = 32_000_000;

/** Gives each chunk to `take`, until the body ends or `take` says false; what is left can be read by another. */
async function read(request: Request, take: (chunk: Uint8Array) => boolean): Promise<void> {
  const reader = request.body?.getReader();
  try {
    let part = await reader?.read();
    while (part?.value && take(part.value)) part = await reader?.read();
  } finally {
    reader?.releaseLock();
  }
}

/** Throws E_BODY_SIZE as soon as there are more bytes than may be, E_EMPTY where there are none. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = Number(request.headers.get("content-length"));
  if (!(bytes > maxBytes)) {
    bytes = 0;
    await read(request, (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      return bytes <= maxBytes;
    });
  }
  if (bytes > maxBytes) {
    throw new HalfbitError("E_BODY_SIZE", `the body has more than ${maxBytes} bytes; send a smaller image`);
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

/**
 * Reads what is left of a body that nobody wants: a client whose connection ends while it is still sending may see a
 * reset and not the answer.
 */
export async function discard(request: Request): Promise<void> {
  let bytes = 0;
  await read(request, (chunk) => {
    bytes += chunk.length;
    return bytes < MAX_DISCARDED;
  });
}
