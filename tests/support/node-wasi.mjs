// node node-wasi.mjs FOLDERS MODULE ARGS…: a WASI command under Node, with these folders (comma-separated) open.
import { readFileSync } from "node:fs";
import process from "node:process";
import { WASI } from "node:wasi";

const [folders, file, ...args] = process.argv.slice(2);
const preopens = Object.fromEntries(
  folders
    .split(",")
    .filter(Boolean)
    .map((folder) => [folder, folder]),
);
const wasi = new WASI({ version: "preview1", args: ["infer.wasm", ...args], preopens, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(readFileSync(file), wasi.getImportObject());
process.exitCode = wasi.start(instance);
