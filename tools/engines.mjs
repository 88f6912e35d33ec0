// `npm run install-engines`: the engines that tests/conformance and examples/ need beside Node's, in .cache/engines. Each
// is built from a package of a pinned version, and anew where that or its driver has changed.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { programsOnPath } from "../bin/wasmtime/programs.mjs";
import { bootstrap } from "./bootstrap.mjs";
import {
  DRIVERS,
  enginePath,
  FOLDER,
  iwasm,
  LLVM,
  wamr,
  wamrc,
  wasm3,
  wasm3Wasi,
  wasmi,
  wasmtime,
  wazero,
} from "./engines/recipes.mjs";
import { installPackages } from "./support/apt.mjs";
import { fingerprint, stamp } from "./support/fingerprint.mjs";
import { main, say, seconds, ToolError } from "./support/project.mjs";

export { enginePath };

const GCC = { gcc: ["gcc", "libc6-dev"] };
const RUST = { cargo: ["cargo"] };
const WAMR = { ...GCC, ...RUST, cmake: ["cmake"], make: ["make"] };

/** `programs` are those that its recipe needs, with Debian's packages of them; `sources` are drivers and pinned versions. */
const ENGINES = {
  wasmtime: {
    build: wasmtime,
    programs: { python3: ["python3", "python3-venv"] },
    sources: ["wasmtime.requirements.txt"],
  },
  wasm3: {
    build: wasm3,
    programs: { ...GCC, python3: ["python3", "python3-pip"] },
    sources: ["wasm3.requirements.txt", "wasm3.c", "batch.h"],
  },
  "wasm3-wasi": {
    build: wasm3Wasi,
    programs: { ...GCC, ...RUST },
    sources: ["wasmi/Cargo.lock", "wasm3-wasi.c"],
  },
  wamr: { build: wamr, programs: WAMR, sources: ["wasmi/Cargo.lock", "wamr.c", "batch.h"] },
  iwasm: { build: iwasm, programs: WAMR, sources: ["wasmi/Cargo.lock"] },
  wasmi: { build: wasmi, programs: RUST, sources: ["wasmi/Cargo.lock", "wasmi/Cargo.toml", "wasmi/main.rs"] },
  wazero: {
    build: wazero,
    programs: { go: ["golang-go"] },
    sources: ["wazero/go.mod", "wazero/go.sum", "wazero/main.go"],
  },
  wamrc: {
    build: wamrc,
    programs: { ...WAMR, [`${LLVM}/bin/llvm-config`]: ["llvm-13-dev"] },
    sources: ["wasmi/Cargo.lock"],
  },
};

const built = (name) => stamp(`.cache/engines/${name}/.halfbit-print`);
const print = (name) =>
  fingerprint(["tools/engines/recipes.mjs", ...ENGINES[name].sources.map((file) => `${DRIVERS}/${file}`)]);
const isThere = (program) => (path.isAbsolute(program) ? existsSync(program) : programsOnPath([program]).length > 0);

/** For `{ skip }`: false, or that the engine is not built as it is to be. */
export function noEngine(name) {
  return built(name).matches(print(name)) ? false : `${name} is not built (npm run install-engines)`;
}

/** Builds an engine that is not there. Programs that it takes come from Debian, where `packages` may be installed. */
async function install(name, packages) {
  if (!noEngine(name)) return;
  const start = performance.now();
  const missing = Object.entries(ENGINES[name].programs).filter(([program]) => !isThere(program));
  const byHand = `install ${missing.map(([program]) => program).join(", ")}`;
  if (missing.length > 0 && !packages) throw new ToolError(`${name}: ${byHand}, or run npm run install-engines`);
  if (missing.length > 0)
    await installPackages(
      missing.flatMap(([, names]) => names),
      byHand,
    );
  rmSync(enginePath(name), { recursive: true, force: true });
  mkdirSync(enginePath(name), { recursive: true });
  await ENGINES[name].build();
  built(name).write(print(name));
  say(`${name} built in ${seconds(start)}`);
}

/** Builds those that can be built with the programs that are here, and says why others are not. */
export async function installWhatCanBe() {
  for (const name of Object.keys(ENGINES)) {
    try {
      await install(name, false);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      say(error.message);
    }
  }
}

/** `npm run install-engines [-- NAME …]`, with the set-up of a fresh clone. */
await main(import.meta, async (names) => {
  await bootstrap();
  for (const name of names.length > 0 ? names : Object.keys(ENGINES)) {
    if (!ENGINES[name]) throw new ToolError(`no engine ${name}: there are ${Object.keys(ENGINES).join(", ")}`);
    await install(name, true);
  }
  say(`the engines are in ${FOLDER}`);
});
