// A layer's error as a function of its bytes, from a few that were measured.

export interface Point {
  bytes: number;
  error: number;
}

/** Errors at or below it are told apart no more. */
const FLOOR = 1e-6;

/**
 * log(error) linear in bytes between the measured points, and beyond them as between the two nearest: what
 * rate-distortion theory gives where every further bit takes the same share off the error. Never rises with bytes.
 */
export function errorCurve(points: readonly Point[]): (bytes: number) => number {
  const sorted = points.toSorted((a, b) => a.bytes - b.bytes);
  const logs = sorted.map(({ error }) => Math.log(Math.max(FLOOR, error)));
  for (let i = 1; i < logs.length; i++) logs[i] = Math.min(logs[i], logs[i - 1]); // a larger K can be left unused
  return (bytes) => {
    if (sorted.length === 1) return Math.exp(logs[0]);
    const after = sorted.findIndex((point) => point.bytes >= bytes);
    const i = after < 0 ? sorted.length - 1 : Math.max(1, after);
    const slope = (logs[i] - logs[i - 1]) / (sorted[i].bytes - sorted[i - 1].bytes);
    return Math.exp(logs[i] + slope * (bytes - sorted[i].bytes));
  };
}
