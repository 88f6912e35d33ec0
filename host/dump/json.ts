// JSON for people: what fits on a line stands on one, and so does every list of numbers.

const LINE = 100;

function isFlat(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}

export function printJson(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value);
  if (typeof value !== "object" || value === null || isFlat(value) || flat.length <= LINE) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((entry) => inner + printJson(entry, inner)).join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).filter(([, entry]) => entry !== undefined);
  const lines = fields.map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${printJson(entry, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
