// The library for pages and their workers, "halfbit/browser": one ES module, with the runtime's .wasm files beside it.
export type { Level } from "../engine.ts";
export { type Code, HalfbitError } from "../errors.ts";
export type { Metadata } from "../program.ts";
export { type Ranked, type Result, Session, type SessionOptions, type TensorInfo } from "../session.ts";
export { openInWorker, type WorkerSession } from "./worker-session.ts";
