// Numbers for people.

/** 1234567 → 1,234,567 */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** 0.1234 → 12.3 %; two decimals below 10 %, none above 100 %. */
export function percent(share: number | undefined): string {
  if (share === undefined) return "";
  const value = 100 * share;
  if (value >= 100_000) return "> 100,000 %";
  const decimals = Math.abs(value) < 9.995 ? 2 : Math.abs(value) < 99.95 ? 1 : 0;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })} %`;
}

/** Accuracies keep two decimals, which 10,000 samples have. */
export function accuracy(share: number | undefined): string {
  return share === undefined ? "" : `${(100 * share).toFixed(2)} %`;
}

/** 12,345,678 → 12.3 M */
export function short(value: number): string {
  if (value < 10_000) return whole(value);
  const [unit, name] = value < 1e6 ? [1e3, "k"] : value < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${(value / unit).toPrecision(3)} ${name}`;
}

/** How many times smaller: 318144, 17156 → "18.5". */
export function times(original: number, now: number): string {
  const ratio = original / now;
  return ratio >= 99.95 ? whole(ratio) : ratio.toFixed(ratio < 9.995 ? 2 : 1);
}

/** 1, 2 or 5 times a power of ten, so that at most `most` of them fill `span`; `least` where given. */
export function niceStep(span: number, most: number, least = 0): number {
  const raw = Math.max(span / most, least, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5].find((step) => step * power >= raw * (1 - 1e-9)) ?? 10);
}
