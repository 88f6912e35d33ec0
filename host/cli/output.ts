// Standard output, and tables on it.

export function print(text: string): void {
  process.stdout.write(text);
}

/** Text from a file without control characters, which could steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A number, a percentage, or nothing. */
function isNumeric(cell: string | number): boolean {
  return typeof cell === "number" || /^([\d.]+ %|-?)$/.test(cell);
}

/** Rows of cells in aligned columns; columns of numbers are aligned on the right. */
export function table(header: string[], rows: (string | number)[][]): string {
  const text = (cell: string | number) => (typeof cell === "number" ? thousands(cell) : printable(cell));
  const cells = [header, ...rows].map((row) => row.map(text));
  const numeric = header.map((_, column) => rows.every((row) => isNumeric(row[column])));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return `${cells.map(line).join("\n")}\n`;
}

/** 1234567 → 1,234,567 */
export function thousands(value: number): string {
  return value.toLocaleString("en-US");
}
