// `npx halfbit` and `npx wasmtime` inside the clone: npx looks in node_modules/.bin first, and npm does not link a
// project's own commands there (it would install the clone into its cache instead, at every call).
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { ROOT } from "./project.mjs";

const FOLDER = path.join(ROOT, "node_modules", ".bin");

function isLinked(link, target) {
  return existsSync(link) && realpathSync(link) === realpathSync(target);
}

function linkPosix(name, target) {
  const link = path.join(FOLDER, name);
  if (isLinked(link, target)) return;
  rmSync(link, { force: true });
  chmodSync(target, 0o755);
  symlinkSync(path.relative(FOLDER, target), link);
}

function linkWindows(name, target) {
  const script = `@node "%~dp0\\${path.relative(FOLDER, target)}" %*\r\n`;
  const shim = path.join(FOLDER, `${name}.cmd`);
  if (!existsSync(shim) || readFileSync(shim, "utf8") !== script) writeFileSync(shim, script);
}

/** as-pect brings an npm 6 along, whose commands would shadow the user's in every script. */
function unlinkOldNpm() {
  for (const name of ["npm", "npx", "npm.cmd", "npx.cmd"]) rmSync(path.join(FOLDER, name), { force: true });
}

/** Links each `bin` of package.json into node_modules/.bin. */
export function linkBins() {
  const { bin } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  mkdirSync(FOLDER, { recursive: true });
  unlinkOldNpm();
  const link = process.platform === "win32" ? linkWindows : linkPosix;
  for (const [name, file] of Object.entries(bin)) link(name, path.join(ROOT, file));
}
