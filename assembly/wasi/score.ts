// Scores as decimal numbers with six decimals; host/score.ts prints the same characters.
//
// real = scale · (q − zero point), scale a float32 (24 bits), the difference 9 bits, 10⁶ = 2⁶ · 15,625 (14 bits):
// the product has at most 47 significant bits, so in f64 it is exact and every engine rounds the same number.
import { byte, padded, text } from "./print";

/** Prints `real`, at least `width` characters, filled with spaces; null where it is not finite or beyond 10⁹. */
export function score(real: f64, width: i32): void {
  const millionths = Math.floor(Math.abs(real) * 1e6 + 0.5);
  if (!(millionths < 1e15)) {
    for (let i = 4; i < width; i++) byte(0x20);
    text("null");
    return;
  }
  const n = <u64>millionths;
  const negative = real < 0 && n != 0;
  const whole = n / 1000000;
  let length = negative ? 9 : 8;
  for (let rest = whole; rest >= 10; rest /= 10) length++;
  for (; length < width; length++) byte(0x20);
  if (negative) byte(0x2d);
  padded(whole, 1, 0x20);
  byte(0x2e);
  padded(n % 1000000, 6, 0x30);
}
