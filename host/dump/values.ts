// Checks of parsed JSON. Each throws a TypeError that names the place, in words for the user.

export function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${at} is no object`);
  return value as Record<string, unknown>;
}

export function list(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${at} is no list`);
  return value;
}

export function text(value: unknown, at: string): string {
  if (typeof value !== "string") throw new TypeError(`${at} is no string`);
  return value;
}

export function finite(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`${at} is no finite number`);
  return value;
}

export function integer(value: unknown, at: string, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw new TypeError(`${at} is ${JSON.stringify(value)}, not a whole number from ${min} to ${max}`);
  }
  return value;
}

export function integers(value: unknown, at: string, min: number, max: number): number[] {
  return list(value, at).map((entry, i) => integer(entry, `${at}[${i}]`, min, max));
}

export function hexBytes(value: unknown, at: string): Uint8Array {
  const digits = text(value, at);
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`${at} is not in hexadecimal`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
