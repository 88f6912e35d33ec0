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

export function nonNegativeNumber(text: string): number {
  const value = Number(text);
  if (!(text.trim() !== "" && value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError("It must be a number, 0 or more.");
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
    throw new InvalidArgumentError(
      "It must be semi-binary, sign, alpha, planes:N (N from 1 to 8), bits:N (N from 1 to 4) or int8.",
    );
  }
  return text;
}

export function isScheme(text: unknown): text is Scheme {
  if (typeof text !== "string") return false;
  return ["semi-binary", "sign", "alpha", "int8"].includes(text) || /^(planes:[1-8]|bits:[1-4])$/.test(text);
}

export function level(text: string): Level {
  if (text !== "simd128" && text !== "scalar") throw new InvalidArgumentError("It must be simd128 or scalar.");
  return text;
}

const UNITS: Record<string, number> = { "": 1, B: 1, kB: 1000, KB: 1000, MB: 1e6, KiB: 1024, MiB: 2 ** 20 };

/** A size: "17000", "17kB", "16.5KiB". */
export function byteSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (Object.hasOwn(UNITS, unit ?? "?") ? UNITS[unit] : Number.NaN));
  if (!(bytes > 0)) throw new InvalidArgumentError("It must be a size such as 24000, 24kB, 16.5KiB or 2MB.");
  return bytes;
}

/** A share in percent as 0…1: "1%", "0.5%". */
export function percentage(text: string): number {
  const share = Number(/^(\d+(?:\.\d+)?) ?%$/.exec(text.trim())?.[1]) / 100;
  if (!(share >= 0 && share <= 1))
    throw new InvalidArgumentError("It must be a percentage from 0% to 100%, such as 1%.");
  return share;
}
