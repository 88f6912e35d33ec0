// `npm run install-cortex-m`: what firmware is built with and emulated by.
import { programsOnPath } from "../bin/wasmtime/programs.mjs";
import { installPackages } from "./support/apt.mjs";
import { main, say, ToolError } from "./support/project.mjs";

/** Programs, and Debian's packages of each. */
const PACKAGES = {
  "arm-none-eabi-gcc": ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"],
  "qemu-system-arm": ["qemu-system-arm"],
  make: ["make"],
};

/** A program on PATH, or undefined. */
export function findTool(name) {
  return programsOnPath([name])[0];
}

/** The programs that are not there. */
export function missingTools() {
  return Object.keys(PACKAGES).filter((name) => !findTool(name));
}

await main(import.meta, async () => {
  const missing = missingTools();
  if (missing.length > 0) {
    const byHand = `put ${missing.join(", ")} on PATH`;
    await installPackages(
      missing.flatMap((name) => PACKAGES[name]),
      byHand,
    );
    if (missingTools().length > 0) throw new ToolError(`apt-get installed no ${missingTools().join(", ")}; ${byHand}`);
  }
  say(`${missing.length > 0 ? "installed" : "already there"}: ${Object.keys(PACKAGES).join(", ")}`);
});
