// All hosts of the table.
import { join } from "node:path";
import { type EngineName, enginePath, noEngine } from "../../tools/engines.mjs";
import { temporaryFolder } from "../support/commands.ts";
import { COMMANDS } from "./commands.ts";
import { CORTEX_M } from "./cortex-m.ts";
import { DRIVERS, type Host, LEVELS, type Level, modulePath, printed } from "./host.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { STREAM } from "./stream.ts";

/** A driver: a program that takes a module and a folder. */
function driver(name: string, level: Level, needs: EngineName, ...command: string[]): Host {
  const [program, ...first] = command;
  return {
    name: `${name}, ${level}`,
    skip: noEngine(needs),
    shows: "layers and memory",
    run: (folder, module = modulePath(level)) => printed(program, [...first, module, folder]),
  };
}

/** Machine code in the place of the module, in the interpreter's driver. */
const wamrAhead: Host = {
  name: "WAMR ahead of time, scalar",
  skip: noEngine("wamrc") || noEngine("wamr"),
  shows: "layers and memory",
  async run(folder, module = modulePath("scalar")) {
    const machineCode = join(temporaryFolder(), "halfbit.aot");
    await printed(enginePath("wamrc/build/wamrc"), ["--bounds-checks=1", "-o", machineCode, module]);
    return printed(enginePath("wamr/fast/wamr"), [machineCode, folder]);
  },
};

/** wasm3, and WAMR of the version that there is a package of, know no SIMD. */
export const HOSTS: Host[] = [
  ...JAVASCRIPT,
  STREAM,
  ...LEVELS.flatMap((level) => [
    driver("wasmtime", level, "wasmtime", enginePath("wasmtime/bin/python"), join(DRIVERS, "wasmtime.py")),
    driver("wasmi", level, "wasmi", enginePath("wasmi/release/conformance-wasmi")),
    driver("wazero compiler", level, "wazero", enginePath("wazero/wazero"), "compiler"),
    driver("wazero interpreter", level, "wazero", enginePath("wazero/wazero"), "interpreter"),
  ]),
  driver("wasm3", "scalar", "wasm3", enginePath("wasm3/wasm3")),
  driver("WAMR interpreter", "scalar", "wamr", enginePath("wamr/classic/wamr")),
  driver("WAMR fast interpreter", "scalar", "wamr", enginePath("wamr/fast/wamr")),
  wamrAhead,
  ...CORTEX_M,
  ...COMMANDS,
];
