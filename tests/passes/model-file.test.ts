// The writer and the TypeScript reader undo each other: program → file → program → file.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as f from "../../format/layout.ts";
import { size } from "../../host/graph/graph.ts";
import { elementBytes } from "../../host/kinds.ts";
import { selfTest } from "../../host/passes/self-test.ts";
import type { Program } from "../../host/program.ts";
import { readModel } from "../../host/read.ts";
import { writeModel } from "../../host/write.ts";
import { CASES } from "../conformance/cases.ts";
import { shapesModel } from "../support/models.ts";

/** Every case of the conformance table, with a self-test and metadata on every other one. */
const PROGRAMS = CASES.map(({ name, program }, i): { name: string; program: Program } => ({
  name,
  program:
    i % 2
      ? program
      : {
          ...program,
          metadata: {
            name,
            labels: ["null", "eins", "zwei ✓"],
            preprocessing: { mean: [1.5], scale: [0.1], channelOrder: "RGB" },
          },
          selfTest: selfTest(program, i + 1),
        },
}));

test("write → read → write gives the same bytes", () => {
  for (const { name, program } of PROGRAMS) {
    const file = writeModel(program);
    assert.deepEqual(Buffer.from(writeModel(readModel(file, name))), Buffer.from(file), name);
  }
});

test("write → read gives the same program", () => {
  for (const { name, program } of PROGRAMS) {
    const read = readModel(writeModel(program), name);
    for (const [i, layer] of program.layers.entries()) {
      // A second input that is none, and arrays the kind does not store, are neutral in both.
      assert.deepEqual(read.layers[i], layer, `${name}, layer ${i}`);
    }
    assert.deepEqual({ ...read, layers: [] }, { selfTest: undefined, ...program, layers: [] }, name);
  }
});

test("sections begin at multiples of 16, numbers at multiples of their size, and fields without use are zero", () => {
  for (const { name, program } of PROGRAMS) {
    const file = writeModel(program);
    const view = new DataView(file.buffer);
    for (const field of [f.H_TENSORS, f.H_LAYERS, f.H_DATA, f.H_METADATA, f.H_SELF_TEST])
      assert.equal(view.getUint32(field, true) % f.ALIGNMENT, 0, name);
    for (const i of program.layers.keys()) {
      const at = view.getUint32(f.H_LAYERS, true) + i * f.LAYER_BYTES;
      assert.equal(view.getUint32(at + f.L_BIAS, true) % (elementBytes(program.layers[i].kind).bias || 4), 0, name);
      assert.equal(view.getUint32(at + f.L_PARAMETERS, true) % 4, 0, name);
      if (program.layers[i].bias.length === 0) assert.equal(view.getUint32(at + f.L_BIAS, true), 0, name);
    }
  }
});

test("a number that its field cannot hold is refused, with the layer and the field", () => {
  const { program } = CASES[0];
  const layers = program.layers.map((layer) => ({ ...layer, name: "first", padLeft: 256 }));
  assert.throws(() => writeModel({ ...program, layers }), { code: "E_TOO_LARGE", message: /first.*left.*256.*255/ });
  const tensors = program.tensors.map((tensor) => ({
    ...tensor,
    shape: [65536, 1, size(tensor.shape)] as [number, number, number],
  }));
  assert.throws(() => writeModel({ ...program, tensors }), { code: "E_TOO_LARGE", message: /65536×1×.*65535/ });
});

test("so are numbers that their array cannot hold", () => {
  const program = shapesModel();
  const changed = (array: "bias" | "multipliers" | "shifts", value: number, index = 0) => {
    const layers = program.layers.map((layer, i) =>
      i === index ? { ...layer, [array]: layer[array].map(() => value) } : layer,
    );
    return () => writeModel({ ...program, layers });
  };
  const refused = (message: RegExp) => ({ code: "E_TOO_LARGE", message });
  assert.throws(changed("bias", 2 ** 15), refused(/layer conv: bias holds 32768; .* -32768 to 32767$/));
  assert.throws(changed("multipliers", 2 ** 16), refused(/layer conv: multipliers holds 65536; .* 0 to 65535$/));
  assert.throws(changed("shifts", -1), refused(/layer conv: shifts holds -1; .* 0 to 65535$/));
  assert.throws(changed("shifts", 128, 1), refused(/layer dense: shifts holds 128; .* -128 to 127$/));
  for (const value of [-(2 ** 15), 2 ** 15 - 1]) assert.ok(changed("bias", value)());
});
