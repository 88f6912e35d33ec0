// Operator by operator: random int8 networks against LiteRT's reference kernels. No byte may differ, neither in the
// TypeScript reference nor in the runtime at any level.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Engine } from "../host/engine.ts";
import { size } from "../host/graph/graph.ts";
import { importTflite } from "../host/import/tflite/index.ts";
import { compact } from "../host/passes/compact.ts";
import { fold } from "../host/passes/fold.ts";
import { fuseAdd } from "../host/passes/fuse-add.ts";
import { lower } from "../host/passes/lower/index.ts";
import { plan } from "../host/passes/plan.ts";
import type { Program } from "../host/program.ts";
import { runReference } from "../host/reference/index.ts";
import { writeModel } from "../host/write.ts";
import { Dice } from "./support/dice.ts";
import { INT8_NETS } from "./support/int8-nets/index.ts";
import { litertAll, oracleReason } from "./support/oracle.ts";

const NETS = Number(process.env.HALFBIT_NETS ?? 48);
const SAMPLES = 8;

/** A source network as its program, by the passes that an int8 network takes (host/compile.ts). */
function programOf(bytes: Uint8Array, name: string): Program {
  const { program, views } = lower(fold(importTflite(bytes, name)));
  const compacted = compact(fuseAdd(program, views), views);
  return plan(compacted.program, compacted.views).program;
}

/** SAMPLES inputs: alternating extremes, the zero point ± 8, ± 40, the extremes of int8, and noise. */
function samples(program: Program, dice: Dice): Int8Array {
  const { shape, zeroPoint } = program.tensors[program.input];
  const length = size(shape);
  const near = (spread: number) =>
    Int8Array.from({ length }, () => Math.max(-128, Math.min(127, zeroPoint + dice.int(-spread, spread))));
  const rows: Int8Array[] = [Int8Array.from({ length }, (_, i) => (i % 2 ? 127 : -128))];
  // A Softmax over more than 511 equal values aborts LiteRT (its check of the exponent).
  const flat = program.layers.every((layer) => layer.kind !== "Softmax") || shape[2] <= 511;
  if (flat) rows.push(near(8), near(40), new Int8Array(length).fill(-128), new Int8Array(length).fill(127));
  while (rows.length < SAMPLES) rows.push(dice.int8(length));
  return Int8Array.from(rows.flatMap((row) => [...row]));
}

interface Case {
  name: string;
  program: Program;
  bytes: Uint8Array;
  inputs: Int8Array;
}

const cases = new Map<string, Case[]>(
  Object.entries(INT8_NETS).map(([operator, make], row) => [
    operator,
    Array.from({ length: oracleReason() ? 0 : NETS }, (_, i): Case => {
      const dice = new Dice(1000 * (row + 1) + i);
      const bytes = make(dice);
      const name = `${operator} ${i}`;
      const program = programOf(bytes, name);
      return { name, program, bytes, inputs: samples(program, dice) };
    }),
  ]),
);

/** LiteRT's outputs, by case name. */
const expected = new Map<string, Int8Array>();

/** A function from one input to one output, over all samples. */
function each({ inputs }: Case, run: (input: Int8Array) => Int8Array): Int8Array {
  const length = inputs.length / SAMPLES;
  const outputs = Array.from({ length: SAMPLES }, (_, i) => run(inputs.slice(i * length, (i + 1) * length)));
  return Int8Array.from(outputs.flatMap((output) => [...output]));
}

async function engine(c: Case, level: "scalar" | "simd128"): Promise<Int8Array> {
  const loaded = await Engine.load(writeModel(c.program), c.name, level);
  return each(c, (input) => {
    loaded.input().set(input);
    loaded.run();
    return loaded.output();
  });
}

const WAYS: Record<string, (c: Case) => Int8Array | Promise<Int8Array>> = {
  "host/reference": (c) => each(c, (input) => runReference(c.program, input).at(-1) ?? input),
  scalar: (c) => engine(c, "scalar"),
  simd128: (c) => engine(c, "simd128"),
};

describe("LiteRT's bytes", { skip: oracleReason() }, () => {
  before(() => {
    const all = [...cases.values()].flat();
    litertAll(all.map(({ bytes, inputs }) => ({ model: bytes, inputs, count: SAMPLES }))).forEach((outputs, i) => {
      expected.set(all[i].name, outputs);
    });
  });

  for (const [operator, list] of cases) {
    for (const [way, run] of Object.entries(WAYS)) {
      test(`${operator}: ${way}`, async () => {
        const wrong: string[] = [];
        for (const c of list) {
          const got = await run(c);
          const want = expected.get(c.name)!;
          assert.equal(got.length, want.length, c.name);
          const at = got.findIndex((value, i) => value !== want[i]);
          const count = got.reduce((n, value, i) => n + Number(value !== want[i]), 0);
          if (count > 0) wrong.push(`${c.name}: ${count} of ${got.length} bytes, first ${got[at]} for ${want[at]}`);
        }
        assert.deepEqual(wrong, []);
      });
    }
    test(`${operator}: the outputs vary, and not all lie at an end of int8`, () => {
      const values = list.flatMap(({ name }) => [...expected.get(name)!]);
      const inside = values.filter((value) => value > -128 && value < 127).length;
      assert.ok(new Set(values).size > 200, `${new Set(values).size} values`);
      assert.ok(inside > values.length * 0.1, `${inside} of ${values.length} inside`);
    });
  }
});
