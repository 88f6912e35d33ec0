// Numbers that no compiler writes but the reader lets pass: the runtime still computes what the reference does.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as f from "../../format/layout.ts";
import { Engine } from "../../host/engine.ts";
import { size } from "../../host/graph/graph.ts";
import { OF_SIGNS } from "../../host/kinds.ts";
import type { Program, ProgramLayer } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { CASES } from "../conformance/cases.ts";
import { random, randomInt8 } from "../support/models.ts";

const ENDS = [-(2 ** 31), 1 - 2 ** 31, -(2 ** 30), -1, 0, 1, 2 ** 30, 2 ** 31 - 2, 2 ** 31 - 1];
const EXPONENTS = [-31, -30, -1, 0, 1, 2, 29, 30];

/** Parameter words by what they hold, for each kind that has such. */
const MULTIPLIER_WORDS: Partial<Record<ProgramLayer["kind"], number[]>> = {
  Mul: [f.MUL_MULTIPLIER],
  Mean: [f.MEAN_MULTIPLIER],
};
const SHIFT_WORDS: Partial<Record<ProgramLayer["kind"], number[]>> = { Mul: [f.MUL_SHIFT], Mean: [f.MEAN_SHIFT] };
const ADD_MULTIPLIERS = [f.ADD_MULTIPLIER_1, f.ADD_MULTIPLIER_2, f.ADD_MULTIPLIER_OUT];
const ADD_SHIFTS = [f.ADD_SHIFT_1, f.ADD_SHIFT_2, f.ADD_SHIFT_OUT];

/** The program with biases, multipliers and exponents drawn from the ends of what their fields hold. */
function extreme(program: Program, seed: number): Program {
  const next = random(seed);
  const from = <T>(values: T[]) => values[next() % values.length];
  const layers = program.layers.map((layer) => {
    const { kind } = layer;
    const parameters = layer.parameters.slice();
    const isAdd = parameters.length === f.ADD_WORDS;
    for (const word of MULTIPLIER_WORDS[kind] ?? []) parameters[word] = from(ENDS);
    for (const word of SHIFT_WORDS[kind] ?? []) parameters[word] = from(EXPONENTS);
    // The factors of an Add, alone or fused, are fractions.
    for (const word of isAdd ? ADD_MULTIPLIERS : []) parameters[word] = from(ENDS.filter((end) => end >= 0));
    for (const word of isAdd ? ADD_SHIFTS : []) parameters[word] = from(EXPONENTS.filter((e) => e <= 0));
    const small = OF_SIGNS.has(kind);
    const multiplier = kind === "SemiBinary" ? [0, 1, 65535] : kind === "BinaryPlanes" ? [-32768, 0, 32767] : ENDS;
    return {
      ...layer,
      parameters,
      bias: layer.bias.map(() => from(small ? [-32768, -1, 0, 1, 32767] : ENDS)),
      multipliers: layer.multipliers.map(() => from(multiplier)),
      shifts: layer.shifts.map(() => from(small ? [0, 1, 65535] : EXPONENTS)),
      shiftM: kind === "SemiBinary" ? from([0, 1, 16, f.MAX_SHIFT]) : 0,
      shiftR: small ? from([0, 1, 16, f.MAX_SHIFT]) : 0,
      biasShift: small ? from([0, 1, 16, f.MAX_SHIFT]) : 0,
    };
  });
  return { ...program, layers };
}

for (const level of ["scalar", "simd128"] as const) {
  test(`at the ends of biases, multipliers and exponents ${level} equals the reference`, async () => {
    for (const [i, { name, program }] of CASES.entries()) {
      for (let round = 0; round < 8; round++) {
        const changed = extreme(program, 100 * i + round);
        const input = randomInt8(size(changed.tensors[changed.input].shape), round);
        const expected = runReference(changed, input);
        const engine = await Engine.load(writeModel(changed), name, level);
        engine.input().set(input);
        for (const l of changed.layers.keys()) {
          engine.step(l);
          assert.deepEqual(engine.layerOutput(l), expected[l], `${name}, round ${round}, layer ${l}`);
        }
      }
    }
  });
}
