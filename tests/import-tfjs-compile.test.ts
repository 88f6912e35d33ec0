// TensorFlow.js models through the compiler: both formats, and where the file says that it came from.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { compile } from "../host/compile.ts";
import type { Source } from "../host/import/source.ts";
import type { CompileOptions } from "../host/options.ts";
import type { Program } from "../host/program.ts";
import { reals } from "./support/reals.ts";
import { savedLayers, source } from "./support/tfjs-builder.ts";
import { smallGraph, smallModel } from "./support/tfjs-nets.ts";

const model = await smallModel();

const OPTIONS: CompileOptions = {
  scheme: "semi-binary",
  rank: 1,
  solver: "admm",
  objective: "feature-map",
  seed: 3,
  calibration: { data: reals(30 * 128, 1), count: 30 },
  labels: ["one", "two", "three"],
};

/** All that a program computes. */
function computed({ metadata, layers, ...program }: Program): object {
  return { ...program, layers: layers.map(({ name, ...layer }) => layer) };
}

test("a Layers model and a graph model of one network become the same layers, bit for bit", async () => {
  const [fromLayers, fromGraph] = await Promise.all(
    [await savedLayers(model), smallGraph(model, 2)].map((folder) => compile(source(folder), OPTIONS)),
  );
  assert.ok(fromLayers.report.some(({ scheme }) => scheme === "semi-binary"));
  assert.deepEqual(computed(fromGraph.program), computed(fromLayers.program));
});

const sha256 = (...files: Uint8Array[]) =>
  files.reduce((hash, file) => hash.update(file), createHash("sha256")).digest("hex");

test("the hash of the source covers model.json and its shards, in the manifest's order", async () => {
  const folder = await savedLayers(model, 3);
  const files = [...folder.values()];
  const scheme: CompileOptions = { ...OPTIONS, scheme: "int8" };
  const { program, sourceBytes, file } = await compile(source(folder, "nets/digits/model.json"), scheme);
  const { name, labels, provenance } = program.metadata;
  assert.deepEqual([name, provenance!.source, labels], ["digits", "model.json", OPTIONS.labels]);
  assert.equal(provenance!.sha256, sha256(...files));
  assert.equal(
    sourceBytes,
    files.reduce((sum, { length }) => sum + length, 0),
  );

  const late: Source = {
    ...source(folder, "nets/digits/model.json"),
    read: async (path) => {
      await new Promise((resolve) => setTimeout(resolve, path.includes("shard1") ? 20 : 1));
      return folder.get(path)!;
    },
  };
  assert.deepEqual((await compile(late, scheme)).file, file);
});
