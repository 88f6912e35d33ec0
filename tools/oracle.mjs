// `npm run oracle`: the Python oracles (tests/oracle/requirements.txt) in a virtual environment of their own.
// Prints the path of its Python, for HALFBIT_ORACLE_PYTHON.
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fingerprint, stamp } from "./support/fingerprint.mjs";
import { capture, main, ROOT, say, seconds, ToolError } from "./support/project.mjs";

const REQUIREMENTS = "tests/oracle/requirements.txt";
const FOLDER = path.join(ROOT, ".cache/oracle");
const WINDOWS = process.platform === "win32";
const PYTHON = path.join(FOLDER, WINDOWS ? "Scripts/python.exe" : "bin/python");

async function step(command, args, advice) {
  const { code, output } = await capture(command, args).catch((error) => ({ code: 1, output: error.message }));
  if (code !== 0) throw new ToolError(`${advice}\n${output.trim().split("\n").slice(-5).join("\n")}`);
}

await main(import.meta, async () => {
  const installed = stamp(".cache/oracle/.halfbit-requirements");
  const print = fingerprint([REQUIREMENTS]);
  if (!installed.matches(print) || !existsSync(PYTHON)) {
    const start = performance.now();
    say("installing the oracles (LiteRT, onnxruntime) into .cache/oracle …");
    rmSync(FOLDER, { recursive: true, force: true });
    await step(WINDOWS ? "python" : "python3", ["-m", "venv", FOLDER], "Python 3 with the module venv is needed");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    await step(PYTHON, [...pip, "-r", path.join(ROOT, REQUIREMENTS)], "pip cannot install the oracles");
    installed.write(print);
    say(`oracles installed in ${seconds(start)}; to use them: export HALFBIT_ORACLE_PYTHON=${PYTHON}`);
  }
  process.stdout.write(`${PYTHON}\n`);
});
