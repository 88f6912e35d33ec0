// Which wasmtime to run: $WASMTIME, then PATH, then the pinned copy, installed where need be.
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { installPinned } from "./install.mjs";
import { FAILED, isInstalled, PINNED } from "./places.mjs";
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
    return { note: `${ignored}no wasmtime here (\`npx wasmtime --install\` tries again to install it)` };
  const { done, note } = installPinned();
  return { program: done ? PINNED : undefined, note: ignored + note };
}
