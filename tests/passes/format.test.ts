// format/SPEC.md is prose over format/layout.ts and format/status.ts: its tables say what the constants are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as layout from "../../format/layout.ts";
import { statusName, statusText } from "../../format/messages.ts";
import * as status from "../../format/status.ts";
import { KIND_CODES } from "../../host/kinds.ts";
import { readModel } from "../../host/read.ts";
import { writeModel } from "../../host/write.ts";
import { CASES } from "../conformance/cases.ts";

interface Row {
  value: number;
  name: string;
  /** The third cell: the field's type, where the table has one. */
  type: string;
}

const constants: Record<string, unknown> = { ...layout, ...status };
const BYTES: Record<string, number> = { u8: 1, i8: 1, u16: 2, u32: 4, i32: 4, f32: 4 };

/** Rows whose first cell is a number and whose second is a constant's name in backticks. */
const rows: Row[] = readFileSync(new URL("../../format/SPEC.md", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line) => {
    const match = /^\|\s*(\d+)\s*\|\s*`([A-Z][A-Z0-9_]*)`\s*\|\s*(\w*)/.exec(line);
    return match ? [{ value: Number(match[1]), name: match[2], type: match[3] }] : [];
  });

const beginning = (prefix: string) => rows.filter(({ name }) => name.startsWith(prefix));

describe("SPEC.md's tables", () => {
  test("say what every constant they name is", () => {
    for (const { name, value } of rows) assert.equal(constants[name], value, name);
  });

  test("name each constant once, and every field, kind, parameter, limit and status there is", () => {
    const named = rows.map(({ name }) => name).sort();
    assert.equal(new Set(named).size, named.length);
    const parameter = /^(ADD|MUL|MEAN|SOFTMAX|CONCAT)_(?!WORDS)/;
    const expected = Object.keys(constants).filter(
      (name) =>
        /^(H|T|L|MAX|STATUS)_/.test(name) || (/^KIND_/.test(name) && name !== "KIND_COUNT") || parameter.test(name),
    );
    assert.deepEqual(named, expected.sort());
  });

  const records = [
    ["H_", layout.HEADER_BYTES],
    ["T_", layout.TENSOR_BYTES],
    ["L_", layout.LAYER_BYTES],
  ] as const;
  for (const [prefix, bytes] of records) {
    test(`fields ${prefix}* follow one another without gap or overlap, each at a multiple of its size`, () => {
      let end = 0;
      for (const { name, value, type } of beginning(prefix)) {
        assert.ok(type in BYTES, `${name}: ${type}`);
        assert.equal(value, end, name);
        assert.equal(value % BYTES[type], 0, name);
        end += BYTES[type];
      }
      assert.equal(end, bytes);
    });
  }

  test("give the types by which a layer record reads as it was written", () => {
    const { program } = CASES.at(-1)!;
    const file = writeModel(program);
    const view = new DataView(file.buffer);
    const read = {
      u8: "getUint8",
      i8: "getInt8",
      u16: "getUint16",
      u32: "getUint32",
      i32: "getInt32",
      f32: "getFloat32",
    } as const;
    const field = (record: number, name: string) => {
      const row = rows.find((candidate) => candidate.name === name)!;
      return view[read[row.type as keyof typeof read]](record + row.value, true);
    };
    for (const [i, layer] of readModel(file, "case").layers.entries()) {
      const record = field(0, "H_LAYERS") + i * layout.LAYER_BYTES;
      const expected: Record<string, number> = {
        L_KIND: KIND_CODES[layer.kind],
        L_PLANES: layer.planes,
        L_INPUT: layer.input,
        L_INPUT2: layer.input2 < 0 ? layout.NO_TENSOR : layer.input2,
        L_OUTPUT: layer.output,
        L_KERNEL_HEIGHT: layer.kernel[0],
        L_KERNEL_WIDTH: layer.kernel[1],
        L_STRIDE_HEIGHT: layer.stride[0],
        L_STRIDE_WIDTH: layer.stride[1],
        L_DILATION_HEIGHT: layer.dilation[0],
        L_DILATION_WIDTH: layer.dilation[1],
        L_PAD_TOP: layer.padTop,
        L_PAD_LEFT: layer.padLeft,
        L_ACTIVATION_MIN: layer.activationMin,
        L_ACTIVATION_MAX: layer.activationMax,
        L_GROUPS: layer.groups,
        L_BIAS_SHIFT: layer.biasShift,
        L_RANK: layer.rank,
        L_SHIFT_M: layer.shiftM,
        L_SHIFT_R: layer.shiftR,
        L_STRIP_ROWS: layer.stripRows,
        L_STRIP_COLUMNS: layer.stripColumns,
        L_BATCH: layer.batch,
        L_SCRATCH: layer.scratchOffset,
        L_SCRATCH_BYTES: layer.scratchBytes,
        L_PARAMETER_COUNT: layer.parameters.length,
      };
      for (const [name, value] of Object.entries(expected))
        assert.equal(field(record, name), value, `layer ${i}: ${name}`);
    }
    for (const [i, tensor] of program.tensors.entries()) {
      const record = field(0, "H_TENSORS") + i * layout.TENSOR_BYTES;
      const got = ["T_ARENA", "T_HEIGHT", "T_WIDTH", "T_CHANNELS", "T_SCALE", "T_ZERO_POINT"].map((name) =>
        field(record, name),
      );
      assert.deepEqual(got, [tensor.arenaOffset, ...tensor.shape, tensor.scale, tensor.zeroPoint], `tensor ${i}`);
    }
  });
});

describe("codes", () => {
  test("kinds are 1, 2, 3 … without a gap, and each has a name", () => {
    const codes = Object.values(KIND_CODES).sort((a, b) => a - b);
    assert.deepEqual(
      codes,
      Array.from({ length: layout.KIND_COUNT - 1 }, (_, i) => i + 1),
    );
    assert.equal(beginning("KIND_").length, layout.KIND_COUNT - 1);
  });

  test("statuses are 0, 1, 2 … and each has its name and a text of its own", () => {
    const entries = Object.entries(status).sort(([, a], [, b]) => a - b);
    assert.deepEqual(
      entries.map(([, code]) => code),
      [...entries.keys()],
    );
    for (const [name, code] of entries) assert.equal(`STATUS_${statusName(code)}`, name);
    const texts = new Set([...entries.map(([, code]) => statusText(code)), statusText(-1)]);
    assert.equal(texts.size, entries.length + 1);
    for (const text of texts) assert.match(text, /^\S.*\S$/);
  });

  test("a status that does not exist is called unknown", () => {
    for (const code of [-1, Object.keys(status).length]) assert.equal(statusName(code), "UNKNOWN");
  });
});

describe("limits and sizes", () => {
  test("keep sums and products in the integers that hold them", () => {
    assert.ok(255 * layout.MAX_WINDOW < 2 ** 31, "a_k");
    assert.ok(255 * layout.MAX_WINDOW * 65535 < 2 ** layout.MAX_SHIFT, "a_k · M_k");
    assert.ok(128 * 255 * layout.MAX_DENSE_WINDOW < 2 ** 31, "an int8 sum");
    assert.ok(
      layout.MAX_SOFTMAX_CHANNELS * 2 ** 19 < 2 ** 31 && (layout.MAX_SOFTMAX_CHANNELS + 1) * 2 ** 19 >= 2 ** 31,
    );
    assert.ok(layout.MAX_TENSORS < layout.NO_TENSOR);
    assert.ok(layout.MAX_FILE_BYTES + layout.MAX_ARENA_BYTES < 2 ** 31);
  });

  test("a packed row has whole bytes, align rounds up to 16", () => {
    assert.deepEqual([1, 7, 8, 9, 144].map(layout.packedRowBytes), [1, 1, 1, 2, 18]);
    assert.deepEqual([0, 1, 15, 16, 17].map(layout.align), [0, 16, 16, 16, 32]);
  });
});
