// `npm run oracle`: the Python oracles (tests/oracle/requirements.txt) in a virtual environment of their own.
// Prints the path of its Python, for HALFBIT_ORACLE_PYTHON.
import process from "node:process";
import { main, say } from "./support/project.mjs";
import { pythonEnvironment } from "./support/python.mjs";

await main(import.meta, async () => {
  const python = await pythonEnvironment({
    folder: ".cache/oracle",
    requirements: "tests/oracle/requirements.txt",
    what: "the oracles (LiteRT, onnxruntime)",
    advice: "pip cannot install the oracles",
    flags: ["--only-binary=:all:"],
  });
  say(`to use them: export HALFBIT_ORACLE_PYTHON=${python}`);
  process.stdout.write(`${python}\n`);
});
