// Parsers of option values.
import { InvalidArgumentError } from "commander";
import type { Level } from "../engine.ts";
import type { Scheme } from "../options.ts";

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return Number(text);
}

export function nonNegativeInteger(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or more.");
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** One number, or one a channel with commas between. */
export function numbers(text: string): number[] {
  const values = text.split(",").map((entry) => (entry.trim() === "" ? Number.NaN : Number(entry)));
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError("It must be a number, or numbers with commas.");
  return values;
}

export function scheme(text: string): Scheme {
  if (!isScheme(text)) {
    throw new InvalidArgumentError("It must be semi-binary, sign, alpha, planes:N (N from 1 to 8) or int8.");
  }
  return text;
}

export function isScheme(text: unknown): text is Scheme {
  if (typeof text !== "string") return false;
  return ["semi-binary", "sign", "alpha", "int8"].includes(text) || /^planes:[1-8]$/.test(text);
}

export function level(text: string): Level {
  if (text !== "simd128" && text !== "scalar") throw new InvalidArgumentError("It must be simd128 or scalar.");
  return text;
}
