import assert from "node:assert/strict";
import { test } from "node:test";
import { dump } from "../host/dump.ts";
import { HalfbitError } from "../host/errors.ts";
import { importModel } from "../host/import/detect.ts";
import { shapesModel } from "./support/models.ts";
import { buildOnnx, node } from "./support/onnx-builder.ts";
import { floats, shape, single } from "./support/tflite-nets.ts";

const text = (value: string) => new TextEncoder().encode(value);

test("a TFLite file is recognised by its bytes, whatever its name", async () => {
  const bytes = single("MUL", shape(1, 2), shape(1, 2), [{ shape: [2], data: floats(1, 2) }]);
  assert.equal((await importModel({ bytes, name: "network.dat" })).layers[0].kind, "DepthwiseConv2D");
});

test("so is an ONNX file, which has no magic number", async () => {
  const bytes = buildOnnx({ input: [1, 2, 3, 3], nodes: [node("Relu", "y", ["x"])] });
  assert.equal((await importModel({ bytes, name: "network.dat" })).layers[0].kind, "Elementwise");
});

const REFUSED: [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["an empty file", new Uint8Array(0), /the file is empty/],
  ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0), /a PNG image/],
  ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16), /a JPEG image/],
  ["a compiled model", text("HBIT\x01\0\0\0"), /a compiled halfbit model.*halfbit run/],
  ["a NumPy array", Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0), /a NumPy array/],
  ["a Keras file", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), /HDF5.*TFLite/],
  ["a ZIP archive", text("PK\x03\x04xxxx"), /ZIP archive.*ONNX or TFLite/],
  ["text", text("model: net\n"), /but text/],
  ["text that begins as JSON does", text("{ model: net }\n"), /but text that is no JSON/],
  ["JSON", text('\ufeff \n{"model": "net"}\n'), /but other JSON; give the model\.json/],
  ["a dump of a model", text(dump(shapesModel())), /dump of a compiled halfbit model.*halfbit assemble/],
  [
    "a Keras architecture",
    text('{"class_name": "Sequential", "config": {"layers": []}}'),
    /architecture without weights/,
  ],
  ["a weights manifest", text('[{"paths": ["a"], "weights": []}]'), /weights manifest.*tensorflowjs_converter/],
  ["other bytes", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), /neither TFLite \("TFL3" at byte 4\) nor ONNX nor JSON/],
];

for (const [what, bytes, message] of REFUSED) {
  test(`refused, saying what it is: ${what}`, async () => {
    await assert.rejects(importModel({ bytes, name: "models/net" }), (error) => {
      assert.ok(error instanceof HalfbitError);
      assert.equal(error.code, "E_SOURCE_FORMAT");
      assert.match(error.message, message);
      assert.match(error.message, /^models\/net: [^\n]*$/);
      return true;
    });
  });
}
