// How each engine of `npm run install-engines` is built, in a folder of .cache/engines that is there and empty.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { capture, ROOT, ToolError } from "../support/project.mjs";
import { pythonEnvironment } from "../support/python.mjs";

export const DRIVERS = "tests/conformance/drivers";
export const FOLDER = path.join(ROOT, ".cache/engines");
export const LLVM = "/usr/lib/llvm-13";
const CARGO = path.join(ROOT, DRIVERS, "wasmi");

/** Where an engine is, or one of its files. */
export const enginePath = (...names) => path.join(FOLDER, ...names);

async function step(command, args, options) {
  const { code, output } = await capture(command, args, options);
  if (code === 0) return output;
  throw new ToolError(`${command} ${args[0]} failed\n${output.trim().split("\n").slice(-8).join("\n")}`);
}

export async function wasmtime() {
  await pythonEnvironment({
    folder: ".cache/engines/wasmtime",
    requirements: `${DRIVERS}/wasmtime.requirements.txt`,
    what: "wasmtime's library",
    advice: `pip cannot install ${DRIVERS}/wasmtime.requirements.txt`,
  });
}

const compileC = (driver, folder, args) =>
  step("gcc", ["-O2", "-I", enginePath(folder, "include"), `${DRIVERS}/${driver}.c`, ...args]);

export async function wasm3() {
  const place = enginePath("wasm3");
  const files = (ending) => readdirSync(place).filter((name) => name.endsWith(ending));
  const flags = "--quiet --disable-pip-version-check --no-deps --no-binary :all: --require-hashes".split(" ");
  const requirements = ["-r", `${DRIVERS}/wasm3.requirements.txt`];
  await step("python3", ["-m", "pip", "download", ...flags, "--dest", place, ...requirements]);
  const extract = ["-xz", "--strip-components=2", "--wildcards", "*/wasm3/*"];
  await step("tar", [...extract, "-f", files(".tar.gz")[0]], { cwd: place });
  await step("gcc", ["-O3", "-c", "-w", ...files(".c")], { cwd: place });
  await step("ar", ["-rcs", "libwasm3.a", ...files(".o")], { cwd: place });
  mkdirSync(path.join(place, "include"));
  for (const name of ["wasm3.h", "wasm3_defs.h"]) cpSync(path.join(place, name), path.join(place, "include", name));
  await compileC("wasm3", "wasm3", [path.join(place, "libwasm3.a"), "-lm", "-o", path.join(place, "wasm3")]);
}

/** The folder of a crate, which cargo fetches. */
async function crate(wanted) {
  const output = await step("cargo", ["metadata", "--locked", "--quiet", "--format-version=1"], { cwd: CARGO });
  const { packages } = JSON.parse(output.slice(output.indexOf("{")));
  return path.dirname(packages.find(({ name }) => name === wanted).manifest_path);
}

/** The command wasm3. Its WASI is in the crate alone, beside an interpreter of another version. */
export async function wasm3Wasi() {
  const place = enginePath("wasm3-wasi");
  const source = path.join(await crate("wasm3-sys"), "wasm3/source");
  const files = readdirSync(source).filter((name) => name.endsWith(".c"));
  const flags = ["-O3", "-w", "-Dd_m3HasWASI", "-Dd_m3LogOutput=0", "-I", source];
  const all = [`${DRIVERS}/wasm3-wasi.c`, ...files.map((name) => path.join(source, name))];
  await step("gcc", [...flags, ...all, "-lm", "-o", path.join(place, "wasm3")]);
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

export async function wamr() {
  const source = await crate("wamr-sys");
  const place = enginePath("wamr");
  cpSync(path.join(source, "wasm-micro-runtime/core/iwasm/include"), path.join(place, "include"), { recursive: true });
  for (const [name, fast] of Object.entries({ classic: 0, fast: 1 })) {
    const build = path.join(place, name);
    await cmake(path.join(source, "libiwasm"), build, ["vmlib"], { ...WAMR_OPTIONS, WAMR_BUILD_FAST_INTERP: fast });
    const libraries = [path.join(build, "libvmlib.a"), "-lm", "-lpthread", "-z", "noexecstack"];
    await compileC("wamr", "wamr", [...libraries, "-o", path.join(build, "wamr")]);
  }
}

/** WAMR's command, with its own options. */
export async function iwasm() {
  const source = path.join(await crate("wamr-sys"), "wasm-micro-runtime/product-mini/platforms/linux");
  await cmake(source, enginePath("iwasm"), ["iwasm"], {});
}

/**
 * The compiler ahead of time. It is of 2020: the pass that it asks LLVM for has another name since; it looks for LLVM
 * within its own folders, and would be linked with the parts of it that Debian has none of.
 */
export async function wamrc() {
  const source = enginePath("wamrc", "source");
  cpSync(path.join(await crate("wamr-sys"), "wasm-micro-runtime"), source, { recursive: true });
  mkdirSync(path.join(source, "core/deps/llvm/build"), { recursive: true });
  const recipe = path.join(source, "wamr-compiler/CMakeLists.txt");
  writeFileSync(recipe, readFileSync(recipe, "utf8").replace(/LLVMDemangle \S+/g, "LLVM-13"));
  await cmake(path.dirname(recipe), enginePath("wamrc", "build"), ["wamrc"], {
    LLVM_DIR: `${LLVM}/lib/cmake/llvm`,
    CMAKE_EXE_LINKER_FLAGS: `-L${LLVM}/lib`,
    CMAKE_C_FLAGS: "-DLLVMAddConstantPropagationPass=LLVMAddInstructionSimplifyPass",
  });
}

export async function wasmi() {
  const target = ["--target-dir", enginePath("wasmi")];
  await step("cargo", ["build", "--release", "--locked", "--quiet", ...target], { cwd: CARGO });
}

export async function wazero() {
  await step("go", ["build", "-o", enginePath("wazero", "wazero"), "."], { cwd: path.join(ROOT, DRIVERS, "wazero") });
}
