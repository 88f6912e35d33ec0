// `npm run peers`: the engines that `npm run bench` measures beside halfbit, in places of their own, because they take
// half a gigabyte that nothing else needs: bench/peers/node_modules and .cache/peers.
import path from "node:path";
import { npmCommand } from "./support/dependencies.mjs";
import { fingerprint, stamp } from "./support/fingerprint.mjs";
import { capture, main, ROOT, say, seconds, ToolError } from "./support/project.mjs";
import { pythonEnvironment } from "./support/python.mjs";

const FOLDER = "bench/peers";

async function packages() {
  const installed = stamp(`${FOLDER}/node_modules/.halfbit-lock`);
  const lock = fingerprint([`${FOLDER}/package-lock.json`]);
  if (installed.matches(lock)) return;
  const start = performance.now();
  say(`installing onnxruntime and LiteRT.js into ${FOLDER}/node_modules …`);
  const [command, args] = npmCommand();
  // Without scripts: onnxruntime-node's would fetch CUDA; the library for the CPU is in the package.
  const quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await capture(command, [...args, ...quiet], { cwd: path.join(ROOT, FOLDER) });
  if (code !== 0) throw new ToolError(`npm ci in ${FOLDER} failed\n${output.trim().split("\n").slice(-5).join("\n")}`);
  installed.write(lock);
  say(`installed in ${seconds(start)}`);
}

/** Installs the peers where they are missing or stale. Returns where they are: absolute paths. */
export async function installPeers() {
  await packages();
  const python = await pythonEnvironment({
    folder: ".cache/peers",
    requirements: `${FOLDER}/requirements.txt`,
    what: "LiteRT, TFLite Micro and wasm3",
    advice: `pip cannot install ${FOLDER}/requirements.txt; wasm3 is compiled, which needs a C compiler and Python's headers (Debian: gcc, python3-dev)`,
  });
  return { folder: path.join(ROOT, FOLDER), python };
}

await main(import.meta, async () => {
  await installPeers();
  say("the peers are installed");
});
