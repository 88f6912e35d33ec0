// `npm run install-engines`: the engines that tests/conformance and examples/ need beside Node's, in .cache/engines. Each
// is built from a package of a pinned version, and anew where that or its driver has changed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { programsOnPath } from "../bin/wasmtime/programs.mjs";
import { bootstrap } from "./bootstrap.mjs";
import { installPackages } from "./support/apt.mjs";
import { fingerprint, stamp } from "./support/fingerprint.mjs";
import { capture, main, ROOT, say, seconds, ToolError } from "./support/project.mjs";
import { pythonEnvironment } from "./support/python.mjs";

const DRIVERS = "tests/conformance/drivers";
const CARGO = `${DRIVERS}/wasmi`;
const FOLDER = path.join(ROOT, ".cache/engines");
const LLVM = "/usr/lib/llvm-13";

/** Where an engine is, or one of its files. */
export const enginePath = (...names) => path.join(FOLDER, ...names);

async function step(command, args, options) {
  const { code, output } = await capture(command, args, options);
  if (code === 0) return output;
  throw new ToolError(`${command} ${args[0]} failed\n${output.trim().split("\n").slice(-8).join("\n")}`);
}

async function wasmtime() {
  await pythonEnvironment({
    folder: ".cache/engines/wasmtime",
    requirements: `${DRIVERS}/wasmtime.requirements.txt`,
    what: "wasmtime's library",
    advice: `pip cannot install ${DRIVERS}/wasmtime.requirements.txt`,
  });
}

const compileC = (driver, folder, args) =>
  step("gcc", ["-O2", "-I", enginePath(folder, "include"), `${DRIVERS}/${driver}.c`, ...args]);

async function wasm3() {
  const place = enginePath("wasm3");
  const source = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", place];
  const requirements = ["-r", `${DRIVERS}/wasm3.requirements.txt`];
  await step("python3", [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    ...source,
    ...requirements,
  ]);
  const archive = readdirSync(place).find((name) => name.endsWith(".tar.gz"));
  await step("tar", [
    "-xzf",
    path.join(place, archive),
    "-C",
    place,
    "--strip-components=2",
    "--wildcards",
    "*/wasm3/*",
  ]);
  const files = (ending) => readdirSync(place).filter((name) => name.endsWith(ending));
  await step("gcc", ["-O3", "-c", "-w", ...files(".c")], { cwd: place });
  await step("ar", ["-rcs", "libwasm3.a", ...files(".o")], { cwd: place });
  mkdirSync(path.join(place, "include"));
  for (const name of ["wasm3.h", "wasm3_defs.h"]) cpSync(path.join(place, name), path.join(place, "include", name));
  await compileC("wasm3", "wasm3", [path.join(place, "libwasm3.a"), "-lm", "-o", path.join(place, "wasm3")]);
}

/** The folder of WAMR's crate, which cargo fetches. */
async function wamrCrate() {
  const output = await step("cargo", ["metadata", "--locked", "--quiet", "--format-version=1"], {
    cwd: path.join(ROOT, CARGO),
  });
  const { packages } = JSON.parse(output.slice(output.indexOf("{")));
  return path.dirname(packages.find(({ name }) => name === "wamr-sys").manifest_path);
}

async function cmake(source, build, targets, definitions) {
  const defined = Object.entries({ CMAKE_BUILD_TYPE: "Release", ...definitions }).map(
    ([key, value]) => `-D${key}=${value}`,
  );
  await step("cmake", ["-S", source, "-B", build, ...defined]);
  await step("cmake", ["--build", build, "--parallel", "2", "--target", ...targets]);
}

/** Bounds are checked in the code, as on a device without virtual memory, and not by page faults. */
const WAMR_OPTIONS = { WAMR_BUILD_LIBC_WASI: 0, WAMR_DISABLE_HW_BOUND_CHECK: 1 };

async function wamr() {
  const crate = await wamrCrate();
  const place = enginePath("wamr");
  cpSync(path.join(crate, "wasm-micro-runtime/core/iwasm/include"), path.join(place, "include"), { recursive: true });
  for (const [name, fast] of Object.entries({ classic: 0, fast: 1 })) {
    const build = path.join(place, name);
    await cmake(path.join(crate, "libiwasm"), build, ["vmlib"], { ...WAMR_OPTIONS, WAMR_BUILD_FAST_INTERP: fast });
    const libraries = [path.join(build, "libvmlib.a"), "-lm", "-lpthread", "-z", "noexecstack"];
    await compileC("wamr", "wamr", [...libraries, "-o", path.join(build, "wamr")]);
  }
}

/**
 * The compiler ahead of time. It is of 2020: the pass that it asks LLVM for has another name since; it looks for LLVM
 * within its own folders, and would be linked with the parts of it that Debian has none of.
 */
async function wamrc() {
  const source = enginePath("wamrc", "source");
  cpSync(path.join(await wamrCrate(), "wasm-micro-runtime"), source, { recursive: true });
  mkdirSync(path.join(source, "core/deps/llvm/build"), { recursive: true });
  const recipe = path.join(source, "wamr-compiler/CMakeLists.txt");
  writeFileSync(recipe, readFileSync(recipe, "utf8").replace(/LLVMDemangle \S+/g, "LLVM-13"));
  await cmake(path.dirname(recipe), enginePath("wamrc", "build"), ["wamrc"], {
    LLVM_DIR: `${LLVM}/lib/cmake/llvm`,
    CMAKE_EXE_LINKER_FLAGS: `-L${LLVM}/lib`,
    CMAKE_C_FLAGS: "-DLLVMAddConstantPropagationPass=LLVMAddInstructionSimplifyPass",
  });
}

async function wasmi() {
  const target = ["--target-dir", enginePath("wasmi")];
  await step("cargo", ["build", "--release", "--locked", "--quiet", ...target], { cwd: path.join(ROOT, CARGO) });
}

async function wazero() {
  await step("go", ["build", "-o", enginePath("wazero", "wazero"), "."], { cwd: path.join(ROOT, DRIVERS, "wazero") });
}

const GCC = { gcc: ["gcc", "libc6-dev"] };
const RUST = { cargo: ["cargo"] };
const WAMR = { ...GCC, ...RUST, cmake: ["cmake"], make: ["make"] };

/** What each is built with and from; `programs` are those it needs, with Debian's packages of them. */
const ENGINES = {
  wasmtime: {
    build: wasmtime,
    programs: { python3: ["python3", "python3-venv"] },
    sources: ["wasmtime.requirements.txt"],
  },
  wasm3: { build: wasm3, programs: GCC, sources: ["wasm3.requirements.txt", "wasm3.c", "batch.h"] },
  wamr: { build: wamr, programs: WAMR, sources: ["wasmi/Cargo.lock", "wamr.c", "batch.h"] },
  wamrc: {
    build: wamrc,
    programs: { ...WAMR, [`${LLVM}/bin/llvm-config`]: ["llvm-13-dev"] },
    sources: ["wasmi/Cargo.lock"],
  },
  wasmi: { build: wasmi, programs: RUST, sources: ["wasmi/Cargo.lock", "wasmi/Cargo.toml", "wasmi/main.rs"] },
  wazero: {
    build: wazero,
    programs: { go: ["golang-go"] },
    sources: ["wazero/go.mod", "wazero/go.sum", "wazero/main.go"],
  },
};

const built = (name) => stamp(`.cache/engines/${name}/.halfbit-print`);
const print = (name) =>
  fingerprint(["tools/engines.mjs", ...ENGINES[name].sources.map((file) => `${DRIVERS}/${file}`)]);
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
