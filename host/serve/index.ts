// The library for Cloudflare Workers, "halfbit/worker": a Session whose runtime is imported at deploy time, and an
// endpoint that classifies with it.
export type { Level } from "../engine.ts";
export { type Code, HalfbitError } from "../errors.ts";
export type { Metadata } from "../program.ts";
export { type Ranked, type Result, Session, type SessionOptions, type TensorInfo } from "../session.ts";
export { type Classifier, type ClassifierOptions, classifier } from "./classifier.ts";
