// Bad input: every kind is one line on standard error with a stable code, an exit code that is not 0, nothing on
// standard output, and an earlier output file as it was.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import crc32 from "crc-32";
import { PNG } from "pngjs";
import { FORMAT_VERSION, H_CRC32, H_FILE_BYTES, H_VERSION } from "../format/layout.ts";
import { writeModel } from "../host/write.ts";
import { npy } from "./support/arrays.ts";
import {
  commandLine,
  engines,
  halfbit,
  INFER,
  type Outcome,
  spawn,
  temporaryFolder,
  wasmtime,
} from "./support/commands.ts";
import { randomInt8, shapesModel } from "./support/models.ts";
import { denseTflite, unsupportedTflite } from "./support/sources.ts";

const cwd = temporaryFolder();
const model = writeModel(shapesModel());

/** The model with a u32 of its header changed, and the checksum right again. */
function withHeader(offset: number, value: number): Uint8Array {
  const bytes = model.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(offset, value, true);
  view.setInt32(H_CRC32, crc32.buf(bytes.subarray(H_CRC32 + 4)), true);
  return bytes;
}

function flipped(bit: number): Uint8Array {
  const bytes = model.slice();
  bytes[bit >> 3] ^= 1 << (bit & 7);
  return bytes;
}

const FILES: Record<string, Uint8Array> = {
  "model.bin": model,
  "image.raw": new Uint8Array(randomInt8(108, 1).buffer),
  "empty.bin": new Uint8Array(0),
  "picture.png": new Uint8Array(PNG.sync.write(new PNG({ width: 2, height: 2 }))),
  "cut.bin": model.subarray(0, model.length - 9),
  "cut-header.bin": model.subarray(0, 7),
  "long.bin": Uint8Array.of(...model, 0),
  "flipped.bin": flipped(8 * (model.length - 150) + 3),
  "flipped-header.bin": flipped(8 * 20),
  "old.bin": withHeader(H_VERSION, FORMAT_VERSION - 1),
  "new.bin": withHeader(H_VERSION, FORMAT_VERSION + 1),
  "wrong-length.bin": withHeader(H_FILE_BYTES, model.length + 16),
  "short.raw": new Uint8Array(107),
  "big.raw": new Uint8Array(109),
  "dense.tflite": denseTflite(),
  "unsupported.tflite": unsupportedTflite(),
  "half.tflite": denseTflite().subarray(0, 300),
  "samples.npy": npy("|i1", [3, 5], new Array(15).fill(0)),
  "overrides.json": new TextEncoder().encode('{"conv": {"schema": "int8"}}'),
  "names.json": new TextEncoder().encode('{"none": {"rank": 1}}'),
  "labels.txt": new TextEncoder().encode("one\ntwo\n"),
};
for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(cwd, name), bytes);
mkdirSync(join(cwd, "folder"));

const EARLIER = "what an earlier command wrote";

/** Asserts the promise above, with this exit code and this line. */
function refused(outcome: Outcome, exit: number, line: RegExp): void {
  assert.match(outcome.stderr, line);
  assert.match(outcome.stderr, /^error E_[A-Z_]+: [^\n]+\n$/);
  assert.deepEqual([outcome.code, outcome.stdout], [exit, ""]);
  assert.equal(readFileSync(join(cwd, "output"), "utf8"), EARLIER);
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith(".tmp-")),
    [],
  );
}

interface Case {
  name: string;
  args: string[];
  exit: number;
  line: RegExp;
}

/** Both `halfbit run` and infer.wasm take these arguments, and answer alike. */
const RUN: Case[] = [
  ["a missing model", "none.bin", "image.raw", 3, /^error E_NOT_FOUND: none\.bin: no such file\n/],
  ["a model in a missing folder", "none/x.bin", "image.raw", 3, /^error E_NOT_FOUND: none\/x\.bin: no such file\n/],
  ["a file taken for a folder", "image.raw/x", "image.raw", 3, /^error E_NOT_FOUND: image\.raw\/x: no such file\n/],
  ["a folder as model", "folder", "image.raw", 3, /^error E_NOT_A_FILE: folder: a folder, not a file\n/],
  ["an empty model", "empty.bin", "image.raw", 3, /^error E_EMPTY: empty\.bin: .*0 bytes/],
  ["a PNG as model", "picture.png", "image.raw", 4, /^error E_MODEL: picture\.png: not a halfbit model.* \[MAGIC\]\n/],
  ["a model cut off", "cut.bin", "image.raw", 4, /^error E_MODEL: cut\.bin: .*length differs.* \[FILE_BYTES\]\n/],
  ["a model cut off in its header", "cut-header.bin", "image.raw", 4, /^error E_MODEL: .* \[TRUNCATED\]\n/],
  ["a model with a byte too many", "long.bin", "image.raw", 4, /^error E_MODEL: .* \[FILE_BYTES\]\n/],
  [
    "a model with another length in its header",
    "wrong-length.bin",
    "image.raw",
    4,
    /^error E_MODEL: .* \[FILE_BYTES\]\n/,
  ],
  [
    "a model with a flipped bit",
    "flipped.bin",
    "image.raw",
    4,
    /^error E_MODEL: flipped\.bin: .*damaged.* \[CHECKSUM\]\n/,
  ],
  [
    "a model with a flipped bit in its header",
    "flipped-header.bin",
    "image.raw",
    4,
    /^error E_MODEL: .* \[CHECKSUM\]\n/,
  ],
  ["a format version that is too old", "old.bin", "image.raw", 4, /^error E_MODEL: .*older.* \[VERSION_OLD\]\n/],
  ["a format version that is too new", "new.bin", "image.raw", 4, /^error E_MODEL: .*update halfbit \[VERSION_NEW\]\n/],
  ["a missing image", "model.bin", "none.raw", 3, /^error E_NOT_FOUND: none\.raw: no such file\n/],
  ["a folder as image", "model.bin", "folder", 3, /^error E_NOT_A_FILE: folder: a folder, not a file\n/],
  ["an empty image", "model.bin", "empty.bin", 3, /^error E_EMPTY: empty\.bin: .*0 bytes/],
  ["an image that is too small", "model.bin", "short.raw", 3, /^error E_INPUT_SIZE: short\.raw: 107 .*108/],
  ["an image that is too large", "model.bin", "big.raw", 3, /^error E_INPUT_SIZE: big\.raw: 109 .*108/],
].map(([name, file, image, exit, line]) => ({ name, args: [file, image], exit, line }) as Case);

const USAGE: Case[] = [
  { name: "no image", args: ["model.bin"], exit: 2, line: /^error E_USAGE: / },
  { name: "an unknown option", args: ["model.bin", "image.raw", "--tip"], exit: 2, line: /^error E_USAGE: .*--tip/ },
  {
    name: "--top without a value",
    args: ["model.bin", "image.raw", "--top"],
    exit: 2,
    line: /^error E_USAGE: .*--top/,
  },
  { name: "--top 0", args: ["model.bin", "image.raw", "--top", "0"], exit: 2, line: /^error E_USAGE: .*--top/ },
  {
    name: "an output that is -",
    args: ["model.bin", "image.raw", "--output", "-"],
    exit: 2,
    line: /^error E_USAGE: -: /,
  },
  { name: "--top many", args: ["model.bin", "image.raw", "--top", "many"], exit: 2, line: /^error E_USAGE: .*--top/ },
];

const COMPILE: Case[] = [
  { name: "a missing source", args: ["none.onnx"], exit: 3, line: /^error E_NOT_FOUND: none\.onnx: no such file\n/ },
  { name: "a folder as source", args: ["folder"], exit: 3, line: /^error E_NOT_A_FILE: folder: / },
  { name: "an empty source", args: ["empty.bin"], exit: 3, line: /^error E_EMPTY: empty\.bin: / },
  { name: "a PNG as source", args: ["picture.png"], exit: 5, line: /^error E_SOURCE_FORMAT: picture\.png: .*PNG/ },
  {
    name: "a model as source",
    args: ["model.bin"],
    exit: 5,
    line: /^error E_SOURCE_FORMAT: model\.bin: .*halfbit model/,
  },
  { name: "a source cut off", args: ["half.tflite"], exit: 5, line: /^error E_SOURCE_CORRUPT: half\.tflite: / },
  {
    name: "an unsupported operator, with the operator, the node, the file and the supported ones",
    args: ["unsupported.tflite"],
    exit: 5,
    line: /^error E_UNSUPPORTED_OPERATOR: unsupported\.tflite: .*FLOOR.*CONV_2D/,
  },
  {
    name: "samples of another size",
    args: ["dense.tflite", "--calib", "samples.npy"],
    exit: 3,
    line: /^error E_INPUT_SIZE: samples\.npy: 15 values \(3x5\), .*16/,
  },
  {
    name: "overrides with an unknown setting",
    args: ["dense.tflite", "--layers", "overrides.json"],
    exit: 5,
    line: /^error E_OVERRIDES: overrides\.json: conv: .*"schema"/,
  },
  {
    name: "overrides of an unknown layer",
    args: ["dense.tflite", "--layers", "names.json", "--scheme", "int8"],
    exit: 5,
    line: /^error E_OVERRIDES: names\.json: no layer with weights is called "none"/,
  },
  {
    name: "overrides that are no JSON",
    args: ["dense.tflite", "--layers", "labels.txt"],
    exit: 5,
    line: /^error E_OVERRIDES: labels\.txt: not valid JSON/,
  },
  {
    name: "labels of another number",
    args: ["dense.tflite", "--labels", "labels.txt"],
    exit: 3,
    line: /^error E_LABELS: labels\.txt: 2 labels, .* 4 outputs/,
  },
  {
    name: "an unknown scheme",
    args: ["dense.tflite", "--scheme", "ternary"],
    exit: 2,
    line: /^error E_USAGE: .*--scheme/,
  },
  { name: "a rank of 0", args: ["dense.tflite", "--rank", "0"], exit: 2, line: /^error E_USAGE: .*--rank/ },
];

test("halfbit run refuses", async (t) => {
  for (const { name, args, exit, line } of [...RUN, ...USAGE]) {
    await t.test(name, () => {
      writeFileSync(join(cwd, "output"), EARLIER);
      refused(halfbit(["run", "--output", "output", ...args], { cwd }), exit, line);
    });
  }
});

for (const engine of engines()) {
  test(`infer.wasm under ${engine.name} refuses`, { skip: engine.skip }, async (t) => {
    writeFileSync(join(cwd, "output"), EARLIER);
    for (const { name, args, exit, line } of [...RUN, ...USAGE]) {
      await t.test(name, () => refused(engine.infer(["--output", "output", ...args], { cwd }), exit, line));
    }
    await t.test("standard input that is named twice, before it reads any", () => {
      const outcome = engine.infer(["model.bin", "-", "-"], { cwd, input: FILES["image.raw"] });
      refused(outcome, 2, /^error E_USAGE: -: standard input can be read only once; name a file for the others/);
    });
    await t.test("files when no folder is open, and says what to do", () => {
      const outcome = engine.infer(["model.bin", "image.raw"], { cwd }, []);
      refused(outcome, 3, /^error E_UNREADABLE: model\.bin: no folder is open to this program; add --dir \./);
    });
    await t.test("files outside the open folders", () => {
      const outcome = engine.infer([join(cwd, "model.bin"), "image.raw"], { cwd });
      refused(outcome, 3, /^error E_UNREADABLE: \/.*model\.bin: not in a folder open to this program; add --dir /);
      refused(
        engine.infer(["../model.bin", "image.raw"], { cwd }),
        3,
        /^error E_UNREADABLE: \.\.\/model\.bin: outside the folders open to this program; add --dir /,
      );
    });
    await t.test("an output in a missing folder, or in place of one", () => {
      const where = (path: string) => engine.infer(["model.bin", "image.raw", "--output", path], { cwd });
      refused(
        where("none/output"),
        6,
        /^error E_WRITE: none\/output: its folder does not exist; nothing was written\n/,
      );
      refused(where("folder"), 6, /^error E_WRITE: folder: a folder, not a file; nothing was written\n/);
    });
  });
}

test("halfbit compile refuses", async (t) => {
  for (const { name, args, exit, line } of COMPILE) {
    await t.test(name, () => {
      writeFileSync(join(cwd, "output"), EARLIER);
      refused(halfbit(["compile", "-o", "output", ...args], { cwd }), exit, line);
    });
  }
  await t.test("an output in a missing folder, under a file, or in place of a folder", () => {
    const where = (path: string) => halfbit(["compile", "dense.tflite", "-o", path], { cwd });
    refused(where("none/output"), 6, /^error E_WRITE: none\/output: its folder does not exist; nothing was written\n/);
    refused(
      where("image.raw/x"),
      6,
      /^error E_WRITE: image\.raw\/x: its folder is not a folder; nothing was written\n/,
    );
    refused(where("folder"), 6, /^error E_WRITE: folder: a folder, not a file; nothing was written\n/);
  });
});

for (const command of ["inspect", "dump"]) {
  test(`halfbit ${command} refuses a damaged model`, () => {
    writeFileSync(join(cwd, "output"), EARLIER);
    refused(halfbit([command, "flipped.bin"], { cwd }), 4, /^error E_MODEL: .* \[CHECKSUM\]\n/);
  });
}

test("errors of usage", async (t) => {
  const cases: [args: string[], line: RegExp][] = [
    [["run", "model.bin"], /^error E_USAGE: missing required argument 'inputs'; see halfbit run --help\n/],
    [["eval", "--nosuch"], /^error E_USAGE: .*; see halfbit eval --help\n/],
    [["nosuch"], /^error E_USAGE: unknown command 'nosuch'; see halfbit --help\n/],
    [["nosuch", "--help"], /^error E_USAGE: unknown command 'nosuch'; see halfbit --help\n/],
    [["compile", "dense.tflite", "-o", "-"], /^error E_USAGE: -: standard input only; name a file to write\n/],
    [["run", "model.bin", "image.raw", "--output", "-"], /^error E_USAGE: -: standard input only; /],
    [["run", "model.bin", "-", "-"], /^error E_USAGE: -: standard input can be read only once; /],
  ];
  const input = FILES["image.raw"];
  writeFileSync(join(cwd, "output"), EARLIER);
  for (const [args, line] of cases) {
    await t.test(args.join(" "), () => refused(halfbit(args, { cwd, input }), 2, line));
  }
});

/** A file system of its own for one command: 16 KB in memory. Needs the right to make a mount namespace. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"];
const namespaces = (() => {
  try {
    const mount = "mount -t tmpfs -o size=16k tmpfs folder";
    return spawn(NAMESPACE[0], [...NAMESPACE.slice(1), "sh", "-c", mount], { cwd }).code === 0;
  } catch {
    return false;
  }
})();

/** Runs `command` with folder/ a small file system that holds an earlier output, prepared by a shell script. */
function onSmallDisk(prepare: string, command: string[]): Outcome & { after: string[] } {
  const script = `mount -t tmpfs -o size=16k tmpfs folder && printf '%s' '${EARLIER}' > folder/output && ${prepare}
    "$@"; code=$?; echo "$code"; ls -A folder; cat folder/output`;
  const outcome = spawn(NAMESPACE[0], [...NAMESPACE.slice(1), "sh", "-c", script, "sh", ...command], { cwd });
  const [code, ...after] = outcome.stdout.split("\n");
  return { ...outcome, code: Number(code), stdout: "", after };
}

const compile = () => [process.execPath, commandLine(), "compile", "dense.tflite", "--scheme", "int8", "--quiet"];
const FILL = "dd if=/dev/zero of=folder/rest bs=1k 2> /dev/null;";

test("a full disk", { skip: namespaces ? false : "no right to make a mount namespace" }, async (t) => {
  await t.test("halfbit compile", () => {
    const outcome = onSmallDisk(FILL, [...compile(), "-o", "folder/output"]);
    refused(outcome, 6, /^error E_WRITE: folder\/output: the disk is full; nothing was written\n/);
    assert.deepEqual(outcome.after, ["output", "rest", EARLIER]);
  });
  await t.test("halfbit run --output", () => {
    const run = [process.execPath, commandLine(), "run", "model.bin", "image.raw"];
    const outcome = onSmallDisk(FILL, [...run, "--output", "folder/output"]);
    refused(outcome, 6, /^error E_WRITE: folder\/output: the disk is full; nothing was written\n/);
    assert.deepEqual(outcome.after, ["output", "rest", EARLIER]);
  });
  await t.test(
    "infer.wasm --output",
    { skip: (wasmtime() === undefined || !existsSync(INFER)) && "no wasmtime, or dist/infer.wasm is not built" },
    () => {
      const run = [wasmtime() ?? "", "--dir", ".", INFER, "model.bin", "image.raw"];
      const outcome = onSmallDisk(FILL, [...run, "--output", "folder/output"]);
      refused(outcome, 6, /^error E_WRITE: folder\/output: the disk is full; nothing was written\n/);
      assert.deepEqual(outcome.after, ["output", "rest", EARLIER]);
    },
  );
});

test("a folder that is not writable", { skip: namespaces ? false : "no right to make a mount namespace" }, () => {
  const outcome = onSmallDisk("mount -o remount,ro folder;", [...compile(), "-o", "folder/output"]);
  refused(outcome, 6, /^error E_WRITE: folder\/output: the file system is read-only; nothing was written\n/);
  assert.deepEqual(outcome.after, ["output", EARLIER]);
  assert.ok(!existsSync(join(cwd, "folder/output")));
});
