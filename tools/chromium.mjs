// `npm run install-chromium`: Debian's package of the browser that tests/browser runs in, where there is none.
import process from "node:process";
import { isProgram, programsOnPath } from "../bin/wasmtime/programs.mjs";
import { main, run, say, ToolError } from "./support/project.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const BY_HAND = "install Chromium, or set CHROMIUM to its program";

/** $CHROMIUM where it is set, else the first browser on PATH; undefined where that is no program. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (!named) return programsOnPath(NAMES)[0];
  return isProgram(named) ? named : undefined;
}

async function install() {
  const root = process.getuid?.() === 0;
  const missing = [...(root ? [] : ["sudo"]), "apt-get"].find((name) => programsOnPath([name]).length === 0);
  if (missing) throw new ToolError(`no Chromium, and no ${missing} to install it with; ${BY_HAND}`);
  const [program, ...first] = root ? ["apt-get"] : ["sudo", "apt-get"];
  say("installing Debian's package chromium …");
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    // Standard output stays the tool's result.
    const code = await run(program, [...first, "-qq", ...args], { stdio: ["inherit", 2, 2] });
    if (code !== 0) throw new ToolError(`apt-get ${args[0]} failed; ${BY_HAND}`);
  }
}

await main(import.meta, async () => {
  if (process.env.CHROMIUM && !findChromium()) throw new ToolError(`CHROMIUM=${process.env.CHROMIUM} is no program`);
  const present = findChromium();
  if (!present) await install();
  const found = findChromium();
  if (!found) throw new ToolError(`apt-get installed no ${NAMES[0]} on PATH; ${BY_HAND}`);
  say(`${present ? "already there" : "installed"}: ${found}`);
});
