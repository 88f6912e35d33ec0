// `npm run conformance [-- --json FILE]`: set-up on a fresh clone, the engines that can be had here, then the table on all.
import process from "node:process";
import { installWasmtime } from "../bin/wasmtime/install.mjs";
import { bootstrap } from "./bootstrap.mjs";
import { installWhatCanBe } from "./engines.mjs";
import { main, run, say } from "./support/project.mjs";

await main(import.meta, async (args) => {
  await bootstrap();
  await installWhatCanBe();
  try {
    installWasmtime();
  } catch (error) {
    say(`no wasmtime command: ${error.message}`);
  }
  return run(process.execPath, ["--import=tsx", "tests/conformance/run.ts", ...args]);
});
