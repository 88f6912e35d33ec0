// Programs on PATH.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Programs of these names, in the order of PATH, and in a folder in that of the names. */
export function programsOnPath(names) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).filter(isProgram);
}
