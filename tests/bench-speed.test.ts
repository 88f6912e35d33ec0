// What npm run bench makes of its figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Candidate, inTurn, interleaved, quantile, ratio, timing } from "../bench/speed/rounds.ts";
import { line } from "../bench/speed/sweep.ts";
import { table } from "../bench/speed/tables.ts";

const measured = (...samples: number[]) => ({ ...timing(samples), samples });

test("a quantile lies between the values around it", () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([5], 0.9), 5);
});

test("a ratio is unmoved by rounds in which everything was slow", () => {
  assert.equal(ratio(measured(20, 200, 20), measured(10, 100, 10)), 2);
});

test("parts one after the other add up round by round", () => {
  assert.deepEqual(inTurn([measured(1, 2, 3), measured(10, 20, 30)]).samples, [11, 22, 33]);
});

test("candidates take turns, each with as many iterations as fill its share of a round", async () => {
  const calls: string[] = [];
  const candidate = (name: string, seconds: number): Candidate => ({
    name,
    seconds: (iterations) => {
      calls.push(`${name}${iterations}`);
      return iterations * seconds;
    },
  });
  const [a, b] = await interleaved([candidate("a", 1), candidate("b", 2)], { rounds: 2, batch: 8, warmUp: 4 });
  assert.deepEqual([a.median, b.median], [1, 2]);
  assert.deepEqual(calls, ["a1", "a2", "a4", "b1", "b2", "a8", "b4", "b4", "a8"]);
});

test("the line through a series is the series' own where that is straight", () => {
  const { fixed, slope } = line([1, 2, 5], [7, 9, 15]);
  assert.ok(Math.abs(fixed - 5) < 1e-9 && Math.abs(slope - 2) < 1e-9, `${fixed} + ${slope}·x`);
});

test("a table is Markdown with its columns in line", () => {
  assert.equal(table(["layer", "µs"], [["a", 10]]), "| layer |   µs |\n| ----- | ---: |\n| a     |   10 |");
});
