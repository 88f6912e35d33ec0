// writeAtomically: the name holds the earlier content or the new one, whole, whatever happens.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildSync } from "esbuild";
import { checkWritable, writeAtomically } from "../../host/files.ts";
import { ROOT, temporaryFolder } from "../support/commands.ts";

const folder = temporaryFolder();
const bytes = Uint8Array.of(1, 2, 3);

test("a new file appears, an earlier one is replaced and keeps its permissions", () => {
  const path = join(folder, "new");
  writeAtomically(path, bytes);
  assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  chmodSync(path, 0o640);
  writeAtomically(path, new Uint8Array(0));
  assert.equal(readFileSync(path).length, 0);
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test("a link stays a link, and the file behind it is replaced", () => {
  writeFileSync(join(folder, "real"), "earlier");
  symlinkSync("real", join(folder, "link"));
  writeAtomically(join(folder, "link"), bytes);
  assert.ok(lstatSync(join(folder, "link")).isSymbolicLink());
  assert.deepEqual(new Uint8Array(readFileSync(join(folder, "real"))), bytes);
});

test("a device is written to, not replaced", () => {
  writeAtomically("/dev/null", bytes);
  checkWritable("/dev/null");
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("checkWritable leaves nothing behind and finds what would fail", () => {
  const before = readdirSync(folder);
  checkWritable(join(folder, "fine"));
  assert.deepEqual(readdirSync(folder), before);
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "sub"), { recursive: true });
  const reasons: [path: string, reason: RegExp][] = [
    ["none/x", /its folder does not exist; nothing was written$/],
    ["file/x", /its folder is not a folder; nothing was written$/],
    ["sub", /a folder, not a file; nothing was written$/],
  ];
  for (const [name, message] of reasons) {
    for (const action of [checkWritable, (path: string) => writeAtomically(path, bytes)]) {
      assert.throws(() => action(join(folder, name)), { code: "E_WRITE", message });
    }
  }
});

test("an interrupt during a write leaves the earlier file or the new one, and no temporary file", async () => {
  const path = join(folder, "interrupted");
  const size = 16 * 1024 * 1024;
  writeFileSync(path, "earlier");
  const script = join(folder, "writer.mjs");
  const contents = `
    import { writeAtomically } from ${JSON.stringify(join(ROOT, "host/files.ts"))};
    const again = () => {
      process.stdout.write(".");
      writeAtomically(${JSON.stringify(path)}, new Uint8Array(${size}));
      setImmediate(again);
    };
    again();`;
  // Bundled: tsx would handle the signal itself.
  const options = { bundle: true, format: "esm", platform: "node", logLevel: "silent" } as const;
  buildSync({ stdin: { contents, resolveDir: ROOT }, outfile: script, ...options });
  for (let attempt = 0; attempt < 3; attempt++) {
    const child = spawn(process.execPath, [script], { timeout: 30_000 });
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGINT"), 3 + 9 * attempt));
    const signal = await new Promise((done) => child.on("exit", (_, by) => done(by)));
    assert.equal(signal, "SIGINT");
    assert.ok([7, size].includes(statSync(path).size));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(".tmp-")),
      [],
    );
  }
});
