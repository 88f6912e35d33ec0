// The table that all hosts run: models, inputs, and the CRC-32 of every layer's output as host/reference computes it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import crc32 from "crc-32";
import { size } from "../../host/graph/graph.ts";
import { readModel } from "../../host/read.ts";
import { runReference } from "../../host/reference/index.ts";
import { writeModel } from "../../host/write.ts";
import { noMlperf } from "../support/mlperf.ts";
import { randomInt8 } from "../support/models.ts";
import { CASES } from "./cases.ts";
import { NETWORKS, networkModel, SCHEMES, type Scheme } from "./networks.ts";

export interface Case {
  name: string;
  /** A column of the matrix. */
  group: string;
  model: Uint8Array;
  inputs: Int8Array[];
  /** For each input, the layers' checksums. */
  expected: string[][];
  /** What the last layer gives for each input. */
  outputs: Int8Array[];
}

export interface Table {
  cases: Case[];
  /** What is not in it here, and why. */
  skipped: { name: string; reason: string }[];
}

const GROUPS: [start: string, group: string][] = [
  ["Conv2D", "int8 convolutions"],
  ["DepthwiseConv2D", "depthwise"],
  ["FullyConnected", "dense"],
  ["SemiBinary", "semi-binary"],
  ["BinaryPlanes", "sign planes"],
];

/** CRC-32 as the drivers print it. */
export const checksum = (bytes: Int8Array) =>
  (crc32.buf(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)) >>> 0).toString(16).padStart(8, "0");

/** The extremes of int8, alternating extremes, and noise. */
function inputsFor(length: number): Int8Array[] {
  return [
    new Int8Array(length).fill(-128),
    new Int8Array(length).fill(127),
    Int8Array.from({ length }, (_, i) => (i % 2 ? 127 : -128)),
    randomInt8(length, 1),
    randomInt8(length, 2),
  ];
}

function expect(name: string, group: string, model: Uint8Array, inputs: Int8Array[]): Case {
  const program = readModel(model, name);
  const layers = inputs.map((input) => runReference(program, input));
  return {
    name,
    group,
    model,
    inputs,
    expected: layers.map((outputs) => outputs.map(checksum)),
    outputs: layers.map((outputs) => outputs.at(-1)!),
  };
}

const inputLength = (model: Uint8Array) => {
  const { tensors, input } = readModel(model, "a case");
  return size(tensors[input].shape);
};

/** Small programs on five inputs each. */
export function smallCases(): Case[] {
  return CASES.map(({ name, program }) => {
    const group = GROUPS.find(([start]) => name.startsWith(start))?.[1] ?? "other layers, blocks";
    const model = writeModel(program);
    return expect(name, group, model, inputsFor(inputLength(model)));
  });
}

/** A whole network, on noise. */
export async function networkCase(network: keyof typeof NETWORKS, scheme: Scheme): Promise<Case> {
  const model = await networkModel(NETWORKS[network], scheme);
  return expect(`${network}, ${scheme}`, network, model, [randomInt8(inputLength(model), 1)]);
}

async function networks(): Promise<Case[]> {
  const names = Object.keys(NETWORKS) as (keyof typeof NETWORKS)[];
  const cases: Case[] = [];
  for (const name of names) for (const scheme of SCHEMES) cases.push(await networkCase(name, scheme));
  return cases;
}

export async function table(): Promise<Table> {
  if (noMlperf) return { cases: smallCases(), skipped: [{ name: "whole networks", reason: noMlperf }] };
  return { cases: [...smallCases(), ...(await networks())], skipped: [] };
}

/** A line of the list: which case, and which of its inputs. */
export type Row = [case_: number, input: number];

/** The list's lines, in the order of the file. */
export const rowsOf = (cases: readonly Case[]): Row[] =>
  cases.flatMap(({ inputs }, c) => inputs.map((_, i): Row => [c, i]));

/** The folder that drivers read: cases.txt, and the files that it names. It is there until this process ends. */
export function writeFolder(cases: readonly Case[]): string {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-conformance-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  cases.forEach(({ model, inputs }, c) => {
    writeFileSync(join(folder, `${c}.bin`), model);
    inputs.forEach((input, i) => {
      writeFileSync(join(folder, `${c}-${i}.raw`), input);
    });
  });
  const lines = rowsOf(cases).map(([c, i]) => `${c}.bin ${c}-${i}.raw\n`);
  writeFileSync(join(folder, "cases.txt"), lines.join(""));
  return folder;
}
