import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HalfbitError } from "../errors.ts";

/** halfbit's own folder: of a clone, or of the installed package. Below it are assembly/, tools/ and firmware/. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "asconfig.json"))) return folder;
    if (folder === dirname(folder)) throw new HalfbitError("E_ENGINE", `${start}: not inside halfbit's package`);
  }
}
