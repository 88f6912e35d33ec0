// Which wasmtime to run: $WASMTIME, then PATH, then the pinned copy, installed where need be.
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { installWasmtime } from "./install.mjs";
import { FAILED, FOLDER, isInstalled, PINNED, VERSION } from "./places.mjs";
import { isProgram, programsOnPath } from "./programs.mjs";

/** Set for the child: if what was found on PATH is this launcher after all, it must not search PATH again. */
export const GUARD = "HALFBIT_WASMTIME_LAUNCHER";

/** npx puts node_modules/.bin in front of PATH, and there `wasmtime` is this launcher. */
function isLauncher(file, self) {
  const folder = path.dirname(file);
  return realpathSync(file) === self || folder.endsWith(path.join("node_modules", ".bin"));
}

function onPath(self) {
  const names = process.platform === "win32" ? ["wasmtime.exe"] : ["wasmtime"];
  return programsOnPath(names).find((file) => !isLauncher(file, self));
}

/** {program, note}: note is what to tell the user, empty where PATH had it; program is absent where there is none. */
export function findWasmtime(self) {
  const named = process.env.WASMTIME;
  if (named && isProgram(named)) return { program: named, note: `using $WASMTIME, ${named}` };
  const ignored = named ? `$WASMTIME is "${named}", which is no program; ` : "";
  const found = process.env[GUARD] ? undefined : onPath(self);
  if (found) return { program: found, note: ignored && `${ignored}using ${found}` };
  if (isInstalled()) return { program: PINNED, note: `${ignored}using the pinned copy, ${PINNED}` };
  if (existsSync(FAILED))
    return { note: `${ignored}no wasmtime here (\`npm run install-wasmtime\` tries to install it)` };
  try {
    process.stderr.write(`wasmtime launcher: installing wasmtime ${VERSION} into ${FOLDER} …\n`);
    return { program: installWasmtime(), note: `${ignored}installed wasmtime ${VERSION}` };
  } catch (error) {
    return { note: `${ignored}cannot install wasmtime: ${error.message}` };
  }
}
