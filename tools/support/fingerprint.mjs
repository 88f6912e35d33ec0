// Fingerprints of inputs, and stamps that say which inputs an output was made from.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./project.mjs";

function filesUnder(name) {
  const entries = readdirSync(path.join(ROOT, name), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const child = path.posix.join(name, entry.name);
    return entry.isDirectory() ? filesUnder(child) : [child];
  });
}

/** SHA-256 over names and contents of the files and folders named, relative to the project. */
export function fingerprint(files, folders = []) {
  const hash = createHash("sha256").update(process.version);
  for (const name of [...files, ...folders.flatMap(filesUnder)].sort()) {
    const bytes = readFileSync(path.join(ROOT, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** A file that holds the fingerprint of what its folder was made from. */
export function stamp(name) {
  const file = path.join(ROOT, name);
  return {
    matches: (print) => existsSync(file) && readFileSync(file, "utf8") === print,
    clear: () => rmSync(file, { force: true }),
    write(print) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, print);
    },
  };
}
