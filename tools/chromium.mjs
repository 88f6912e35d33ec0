// `npm run install-chromium`: Debian's package of the browser that tests/browser runs in, where there is none.
import process from "node:process";
import { isProgram, programsOnPath } from "../bin/wasmtime/programs.mjs";
import { installPackages } from "./support/apt.mjs";
import { main, say, ToolError } from "./support/project.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const BY_HAND = "install Chromium, or set CHROMIUM to its program";

/** $CHROMIUM where it is set, else the first browser on PATH; undefined where that is no program. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (!named) return programsOnPath(NAMES)[0];
  return isProgram(named) ? named : undefined;
}

await main(import.meta, async () => {
  if (process.env.CHROMIUM && !findChromium()) throw new ToolError(`CHROMIUM=${process.env.CHROMIUM} is no program`);
  const present = findChromium();
  if (!present) await installPackages(["chromium"], BY_HAND);
  const found = findChromium();
  if (!found) throw new ToolError(`apt-get installed no ${NAMES[0]} on PATH; ${BY_HAND}`);
  say(`${present ? "already there" : "installed"}: ${found}`);
});
