// Runs the command line from source, and infer.wasm under the engines that are there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { enginePath, noEngine } from "../../tools/engines.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const INFER = join(ROOT, "dist/infer.wasm");

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  cwd: string;
  /** Standard input. */
  input?: Uint8Array;
  env?: Record<string, string>;
}

/** Runs a program to its end. */
export function spawn(program: string, args: string[], { cwd, input, env }: Surroundings): Outcome {
  const done = spawnSync(program, args, {
    cwd,
    input: input ?? new Uint8Array(0),
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  // A program may end without having read its input.
  if (done.error && (done.error as NodeJS.ErrnoException).code !== "EPIPE") throw done.error;
  return { code: done.status ?? 128, stdout: done.stdout, stderr: done.stderr };
}

/** A folder for the duration of a test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let bundle = "";

/** The command line as one script, bundled from the source once a test file: it starts three times as fast. */
export function commandLine(): string {
  if (bundle !== "") return bundle;
  const folder = mkdtempSync(join(ROOT, ".tmp-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "cli/main.mjs"); // two folders below the root, like its source
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["host/cli/main.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  bundle = outfile;
  return bundle;
}

/** `halfbit ARGS` */
export function halfbit(args: string[], surroundings: Surroundings): Outcome {
  return spawn(process.execPath, [commandLine(), ...args], surroundings);
}

/** The wasmtime binary: $WASMTIME, then PATH (but for npm's folder, where it is our launcher), then the pinned copy. */
export function wasmtime(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.endsWith("node_modules/.bin"));
  const named = process.env.WASMTIME ? [process.env.WASMTIME] : [];
  return [...named, ...folders.map((folder) => join(folder, "wasmtime")), join(ROOT, ".cache/wasmtime/wasmtime")].find(
    (path) => existsSync(path) && spawnSync(path, ["--version"]).status === 0,
  );
}

export interface Engine {
  name: string;
  /** Why it cannot be used here, else false: node:test's `skip`. */
  skip: string | false;
  /** Program and arguments that run infer.wasm, with these folders open. */
  command(args: string[], folders?: string[]): string[];
  /** Runs it, with the current folder open where no others are named. */
  infer(args: string[], surroundings: Surroundings, folders?: string[]): Outcome;
}

const NODE_WASI = fileURLToPath(new URL("node-wasi.mjs", import.meta.url));

function engine(name: string, skip: string | false, command: (folders: string[]) => string[]): Engine {
  const whole = (args: string[], folders = ["."]) => [...command(folders), ...args];
  return {
    name,
    skip,
    command: whole,
    infer(args, surroundings, folders) {
      const [program, ...rest] = whole(args, folders);
      return spawn(program, rest, surroundings);
    },
  };
}

const built = existsSync(INFER) ? false : "dist/infer.wasm is not built: npm run build";

/** The engines that have all of WASI. */
export function engines(): Engine[] {
  const binary = wasmtime();
  const missing = binary === undefined && "no wasmtime: set WASMTIME, or run npm start, which installs it";
  return [
    engine("wasmtime", built || missing, (folders) => {
      return [binary ?? "", ...folders.flatMap((folder) => ["--dir", folder]), INFER];
    }),
    engine("node:wasi", built, (folders) => [process.execPath, "--no-warnings", NODE_WASI, folders.join(), INFER]),
  ];
}

/** Interpreters for devices. wasm3 opens the current folder alone and has no --output; the exit code of iwasm is always 0. */
export function interpreters(): { wasm3: Engine; iwasm: Engine } {
  return {
    wasm3: engine("wasm3", built || noEngine("wasm3-wasi"), () => [enginePath("wasm3-wasi/wasm3"), INFER]),
    iwasm: engine("iwasm", built || noEngine("iwasm"), (folders) => {
      return [enginePath("iwasm/iwasm"), ...folders.map((folder) => `--dir=${folder}`), INFER];
    }),
  };
}
