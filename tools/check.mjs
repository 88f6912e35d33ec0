// Formatting and lint (Biome), then types (tsc). `npm run check -- --write` repairs what can be repaired.
import path from "node:path";
import process from "node:process";
import { ensureDependencies } from "./support/dependencies.mjs";
import { main, ROOT, run, say } from "./support/project.mjs";

function tool(script, args) {
  return run(process.execPath, [path.join(ROOT, "node_modules", script), ...args]);
}

await main(import.meta, async (args) => {
  await ensureDependencies();
  say("biome: format and lint");
  const style = await tool("@biomejs/biome/bin/biome", ["check", "--error-on-warnings", ...args]);
  say("tsc: types");
  const types = await tool("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]);
  if (style === 0 && types === 0) say("check: clean");
  return style || types;
});
