// The library's public surface.
export { type Compiled, compile, type LayerReport } from "./compile.ts";
export type { Level } from "./engine.ts";
export { type Code, HalfbitError } from "./errors.ts";
export type { Source } from "./import/source.ts";
export type { CompileOptions, LayerOverride, Samples, Scheme } from "./options.ts";
export type { Metadata } from "./program.ts";
export { type Ranked, type Result, Session, type SessionOptions, type TensorInfo } from "./session.ts";
