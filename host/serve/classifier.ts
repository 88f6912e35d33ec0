// An HTTP endpoint that classifies: an image in, JSON out. Written for Cloudflare Workers, it needs of its host only
// Request and Response.
import { type Code, EXIT, HalfbitError } from "../errors.ts";
import { Session } from "../session.ts";
import { discard, readBody } from "./body.ts";
import { checkType, readInput, TYPES } from "./input.ts";

export interface ClassifierOptions<Env> {
  /** The imported halfbit.simd128.wasm. */
  module: WebAssembly.Module;
  /**
   * The model's bytes, which are then opened while the worker starts; or what gets them from a binding, called by an
   * instance's first request.
   */
  model: Bytes | ((env: Env) => Promise<Bytes | null | undefined>);
  /** How many scores an answer has where `?top=N` does not say. Default 5. */
  top?: number;
  /** Bytes that a body may have. Default 4,000,000: bodies that arrive at once share an instance's 128 MB. */
  maxBytes?: number;
}

type Bytes = ArrayBuffer | Uint8Array;

export interface Classifier<Env> {
  fetch(request: Request, env: Env): Promise<Response>;
}

/** GET / describes the model, POST / classifies. Every error is JSON: {error: {code, message}}. */
export function classifier<Env = unknown>(options: ClassifierOptions<Env>): Classifier<Env> {
  const { top = 5, maxBytes = 4_000_000 } = options;
  let opened: Promise<Session> | undefined;

  /** One session serves an instance's requests; one that could not be opened is tried again by the next. */
  function session(env?: Env): Promise<Session> {
    opened ??= open(options, env).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  if (typeof options.model !== "function") session().catch(() => {}); // the first request says what is wrong

  async function answer(request: Request, env: Env): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/")
      throw new HalfbitError("E_NOT_FOUND", `${pathname}: there is nothing here; POST an image to /`);
    if (request.method === "GET") return { ...describe(await session(env)), accepts: TYPES, maxBytes };
    if (request.method !== "POST")
      throw new HalfbitError("E_METHOD", `${request.method} is not answered; POST an image`);
    const type = checkType(request);
    const count = topOf(searchParams.get("top"), top);
    const body = await readBody(request, maxBytes);
    const network = await session(env);
    return scores(network, readInput(body, type, network), count);
  }

  return {
    async fetch(request, env) {
      try {
        return Response.json(await answer(request, env));
      } catch (error) {
        await discard(request).catch(() => {}); // the client has gone
        return failure(error);
      }
    },
  };
}

async function open<Env>({ module, model }: ClassifierOptions<Env>, env?: Env): Promise<Session> {
  const bytes = typeof model === "function" ? await model(env!) : model;
  if (!bytes?.byteLength) throw new HalfbitError("E_MODEL", "the model is not in its store; put it there");
  return Session.open(bytes, { module });
}

function describe({ metadata, input, output, labels, layerCount }: Session) {
  return { name: metadata.name, input, output, labels, layers: layerCount };
}

function topOf(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new HalfbitError("E_USAGE", `top=${text} is not a whole number, 1 or more`);
}

function scores(session: Session, input: Int8Array, count: number) {
  const ranked = session.run(input).top(count);
  return { label: ranked[0].label, score: ranked[0].score, top: ranked };
}

const STATUS: Partial<Record<Code, number>> = {
  E_NOT_FOUND: 404,
  E_METHOD: 405,
  E_BODY_SIZE: 413,
  E_CONTENT_TYPE: 415,
};

/** The request's errors are 4xx, all others 500; what is no HalfbitError says nothing about itself. */
function failure(error: unknown): Response {
  if (!(error instanceof HalfbitError)) {
    console.error(error);
    return refusal(500, "E_INTERNAL", "an error in the classifier; its log has more");
  }
  const { code, message, exitCode } = error;
  const theirs = exitCode === EXIT.input || exitCode === EXIT.usage;
  return refusal(STATUS[code] ?? (theirs ? 400 : 500), code, message);
}

function refusal(status: number, code: Code, message: string): Response {
  const headers = status === 405 ? { allow: "GET, POST" } : undefined;
  return Response.json({ error: { code, message } }, { status, headers });
}
