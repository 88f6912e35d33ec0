// Functions whose last bit is the same everywhere. Math.exp, Math.cos, ** and the like differ by a unit between versions
// of V8: those of Node 20 and Chromium 156 in 3 to 12 % of the arguments. So Node and a browser could train to other signs.
// +, −, × and ÷ are fixed by IEEE 754. x ** 2 and 2 ** n are exact in both, and may stay.

/** x^n for a whole n ≥ 0, by squaring. */
export function power(x: number, n: number): number {
  let result = 1;
  for (let square = x, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square)
    if (rest % 2 === 1) result *= square;
  return result;
}

/** cos(π·x) for x in 0…1, as sin y for y = π·(½ − x): terms up to y^23 leave |y|^25 / 25! < 10⁻²⁰. */
export function cosinePi(x: number): number {
  const y = Math.PI * (0.5 - x);
  let [term, sum] = [y, y];
  for (let n = 3; n <= 23; n += 2) {
    term *= (-y * y) / ((n - 1) * n);
    sum += term;
  }
  return sum;
}
