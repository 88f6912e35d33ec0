// infer.wasm prints what `halfbit run` prints, under every engine.
import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { WASI } from "node:wasi";
import { writeModel } from "../../host/write.ts";
import {
  engines,
  halfbit,
  INFER,
  interpreters,
  type Outcome,
  spawn,
  temporaryFolder,
  wasmtime,
} from "../support/commands.ts";
import { identityModel, randomInt8, shapesModel } from "../support/models.ts";

const cwd = temporaryFolder();
const image = randomInt8(108, 3);
writeFileSync(join(cwd, "model.bin"), writeModel(shapesModel()));
writeFileSync(join(cwd, "image.raw"), image);
writeFileSync(join(cwd, "other.raw"), randomInt8(108, 4));

const ALL_VALUES = Int8Array.from({ length: 256 }, (_, i) => i - 128);

/** Scales and zero points; 2⁻⁷ makes exact halves of a millionth, 10³⁰ leaves the printable range. */
const SCALES: [scale: number, zeroPoint: number][] = [
  [1 / 256, -128],
  [0.0371, 11],
  [2 ** -7, 3],
  [1e-7, 0],
  [123456.789, -20],
  [3.9e6, 127],
  [1e30, 5],
];

const unbuilt = existsSync(INFER) ? false : "dist/infer.wasm is not built";

test("infer.wasm is at most 32 KB", { skip: unbuilt }, () => {
  assert.ok(statSync(INFER).size <= 32 * 1024);
});

const known = new Map<string, Outcome>();

/** What `halfbit run` does with these arguments; asked once for all engines. */
function expected(args: string[], input?: Uint8Array): Outcome {
  const outcome = known.get(args.join("\n")) ?? halfbit(["run", ...args], { cwd, input });
  known.set(args.join("\n"), outcome);
  return outcome;
}

for (const engine of engines()) {
  test(`${engine.name}: infer.wasm`, { skip: engine.skip }, async (t) => {
    const same = (args: string[], input?: Uint8Array) => {
      const outcome = engine.infer(args, { cwd, input });
      assert.equal(outcome.stderr, "");
      assert.deepEqual(outcome, expected(args, input));
      return outcome.stdout;
    };

    await t.test("prints the lines that halfbit run prints", () => {
      assert.match(same(["model.bin", "image.raw"]), /^ {2}1 +-?\d+\.\d{6} {2}(circle|square|triangle)\n/);
      same(["model.bin", "image.raw", "--top", "2"]);
      same(["model.bin", "image.raw", "--top=1"]);
      same(["--top", "9", "./model.bin", "./image.raw"]);
    });

    await t.test("prints the JSON that halfbit run prints, and it can be parsed", () => {
      const result = JSON.parse(same(["model.bin", "image.raw", "--json"]));
      assert.equal(result.input, "image.raw");
      assert.deepEqual(Object.keys(result.top[0]), ["index", "label", "score", "raw"]);
      assert.equal(result.raw.length, 3);
    });

    await t.test("names each image where there are several", () => {
      assert.match(same(["model.bin", "image.raw", "other.raw"]), /^image\.raw:\n.*other\.raw:\n/s);
      assert.equal(same(["model.bin", "image.raw", "other.raw", "--json"]).trim().split("\n").length, 2);
    });

    await t.test("reads standard input as -", () => {
      same(["model.bin", "-"], new Uint8Array(image.buffer));
      same(["model.bin", "-", "--json"], new Uint8Array(image.buffer));
    });

    await t.test("--output writes the raw output tensor, in place of an earlier file", () => {
      writeFileSync(join(cwd, "scores.raw"), "an earlier, longer file");
      const { code } = engine.infer(["model.bin", "image.raw", "other.raw", "--output", "scores.raw"], { cwd });
      assert.equal(code, 0);
      halfbit(["run", "model.bin", "image.raw", "other.raw", "--output", "expected.raw"], { cwd });
      assert.deepEqual(readFileSync(join(cwd, "scores.raw")), readFileSync(join(cwd, "expected.raw")));
      assert.equal(readFileSync(join(cwd, "scores.raw")).length, 6);
      assert.deepEqual(
        readdirSync(cwd).filter((name) => name.startsWith(".tmp-")),
        [],
      );
    });

    await t.test("prints every score of every scale with the same digits", () => {
      writeFileSync(join(cwd, "all.raw"), ALL_VALUES);
      for (const [scale, zeroPoint] of SCALES) {
        const model = `identity-${scale}.bin`;
        writeFileSync(join(cwd, model), writeModel(identityModel(256, scale, zeroPoint)));
        const { top } = JSON.parse(same([model, "all.raw", "--top", "256", "--json"]));
        assert.equal(top.length, 256);
      }
    });

    await t.test("prints labels of any text, and numbers where there are none", () => {
      const label = ['"quoted" \\ \u001b[31m', "Größe 大 \n", ""];
      writeFileSync(join(cwd, "odd.bin"), writeModel(shapesModel(label)));
      const odd = same(["odd.bin", "image.raw"]);
      assert.ok(!odd.includes("\u001b"));
      const { top } = JSON.parse(same(["odd.bin", "image.raw", "--json"]));
      for (const entry of top) assert.equal(entry.label, label[entry.index]);
      writeFileSync(join(cwd, "none.bin"), writeModel(shapesModel(null)));
      assert.match(same(["none.bin", "image.raw", "--top", "1"]), / {2}\d\n$/);
      writeFileSync(join(cwd, "few.bin"), writeModel(shapesModel(["labels"])));
      same(["few.bin", "image.raw"]);
    });

    await t.test("is not misled by other text called labels in the metadata", () => {
      const program = shapesModel(["a", "b", "c"]);
      const provenance = { source: "labels", sha256: "", compiler: "", options: { labels: ["x", "y", "z"] } };
      program.metadata = { name: 'labels":["no"', provenance, labels: program.metadata.labels };
      writeFileSync(join(cwd, "misleading.bin"), writeModel(program));
      assert.match(same(["misleading.bin", "image.raw", "--top", "1"]), / {2}[abc]\n$/);
    });

    await t.test("ends quietly when the reader of its output has gone", () => {
      writeFileSync(join(cwd, "wide.bin"), writeModel(identityModel(100_000, 1, 0)));
      writeFileSync(join(cwd, "wide.raw"), new Uint8Array(100_000));
      const [program, ...args] = engine.command(["wide.bin", "wide.raw", "--json"]);
      const outcome = spawn("sh", ["-c", '"$@" | head -c 1', "sh", program, ...args], { cwd });
      assert.deepEqual(outcome, { code: 0, stdout: "{", stderr: "" });
    });

    await t.test("--profile times each layer on standard error and changes nothing else", () => {
      const outcome = engine.infer(["model.bin", "image.raw", "--profile"], { cwd });
      assert.equal(outcome.stdout, expected(["model.bin", "image.raw"]).stdout);
      assert.match(outcome.stderr, /^ {3}0 +\d+ us {2}conv\n {3}1 +\d+ us {2}dense\n all +\d+ us\n$/);
    });

    await t.test("--help says how to call it", () => {
      const { code, stdout } = engine.infer(["--help"], { cwd });
      assert.equal(code, 0);
      assert.match(stdout, /^usage: infer\.wasm MODEL IMAGE/);
      assert.match(stdout, /wasmtime --dir \. infer\.wasm model\.bin image\.raw/);
    });

    await t.test("takes files from every open folder, by the name that the host gave it", () => {
      const absolute = [join(cwd, "model.bin"), join(cwd, "image.raw")];
      assert.deepEqual(engine.infer(absolute, { cwd: "/" }, [cwd]), expected(["model.bin", "image.raw"]));
      assert.deepEqual(engine.infer(absolute, { cwd: "/" }, ["/"]), expected(["model.bin", "image.raw"]));
    });
  });
}

/** Its arena reaches beyond the page behind the first, where iwasm has a heap of its own. */
writeFileSync(join(cwd, "large.bin"), writeModel(identityModel(100_000, 1, 0)));
writeFileSync(join(cwd, "large.raw"), randomInt8(100_000, 5));
writeFileSync(join(cwd, "short.raw"), randomInt8(107, 6));

const { wasm3, iwasm } = interpreters();

for (const { engine, exitCodes } of [
  { engine: wasm3, exitCodes: true },
  { engine: iwasm, exitCodes: false },
]) {
  test(`${engine.name}: infer.wasm`, { skip: engine.skip }, async (t) => {
    await t.test("prints what halfbit run prints", () => {
      const input = new Uint8Array(image.buffer);
      for (const args of [
        ["model.bin", "image.raw", "other.raw", "--top", "2"],
        ["./model.bin", "-", "--json"],
        ["large.bin", "large.raw", "--json"],
      ])
        assert.deepEqual(engine.infer(args, { cwd, input }), expected(args, input));
    });

    for (const [name, args, line] of [
      ["a missing model", ["absent.bin", "image.raw"], /^error E_NOT_FOUND: absent\.bin: no such file\n$/],
      ["a missing image", ["model.bin", "absent.raw"], /^error E_NOT_FOUND: absent\.raw: no such file\n$/],
      [
        "an image of another size",
        ["model.bin", "short.raw"],
        /^error E_INPUT_SIZE: short\.raw: 107 bytes, .*108;.*\n$/,
      ],
    ] as const)
      await t.test(`refuses ${name}`, () => {
        const { code, stdout, stderr } = engine.infer([...args], { cwd });
        assert.match(stderr, line);
        assert.equal(stdout, "");
        assert.equal(code, exitCodes ? 3 : 0);
      });
  });
}

test("wasm3: --output is what its WASI has no calls for", { skip: wasm3.skip }, () => {
  const { code, stderr } = wasm3.infer(["model.bin", "image.raw", "--output", "wasm3.raw"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /missing imported function/);
  assert.ok(!existsSync(join(cwd, "wasm3.raw")));
});

test("iwasm: --output writes the raw output tensor", { skip: iwasm.skip }, () => {
  iwasm.infer(["model.bin", "image.raw", "--output", "iwasm.raw"], { cwd });
  halfbit(["run", "model.bin", "image.raw", "--output", "expected.raw"], { cwd });
  assert.deepEqual(readFileSync(join(cwd, "iwasm.raw")), readFileSync(join(cwd, "expected.raw")));
});

const binary = wasmtime();

test("wasmtime run takes the same arguments", { skip: binary ? false : "no wasmtime" }, () => {
  const args = ["model.bin", "image.raw", "-", "--json", "--top", "1"];
  const outcome = spawn(binary!, ["run", "--dir", ".", INFER, ...args], { cwd, input: new Uint8Array(image.buffer) });
  assert.deepEqual(outcome, expected(args, new Uint8Array(image.buffer)));
});

/** What wasm3's own WASI has, and what it has not. */
const FEW = [
  ...["args_get", "args_sizes_get", "clock_time_get", "fd_close", "fd_fdstat_get", "fd_prestat_dir_name"],
  ...["fd_prestat_get", "fd_read", "fd_write", "path_open", "proc_exit"],
];
const FOR_OUTPUT = ["path_filestat_get", "path_rename", "path_unlink_file"];

test("infer.wasm imports few calls, and makes some of them for --output alone", { skip: unbuilt }, () => {
  const module = new WebAssembly.Module(readFileSync(INFER));
  assert.deepEqual(
    WebAssembly.Module.imports(module)
      .map(({ name }) => name)
      .sort(),
    [...FEW, ...FOR_OUTPUT].sort(),
  );
  const stdout = openSync(join(cwd, "stdout"), "w");
  const args = ["infer.wasm", "model.bin", "image.raw", "--profile"];
  const wasi = new WASI({
    version: "preview1",
    args,
    preopens: { ".": cwd },
    returnOnExit: true,
    stdout,
    stderr: stdout,
  });
  const { wasi_snapshot_preview1: calls } = wasi.getImportObject() as {
    wasi_snapshot_preview1: WebAssembly.ModuleImports;
  };
  const missing = Object.fromEntries(FOR_OUTPUT.map((name) => [name, () => assert.fail(`${name} is missing`)]));
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: { ...calls, ...missing } });
  assert.equal(wasi.start(instance), 0);
  closeSync(stdout);
  assert.ok(readFileSync(join(cwd, "stdout"), "utf8").endsWith(expected(["model.bin", "image.raw"]).stdout));
});
