// Debian's packages, installed by apt-get.
import process from "node:process";
import { programsOnPath } from "../../bin/wasmtime/programs.mjs";
import { run, say, ToolError } from "./project.mjs";

/** Installs packages, or throws a ToolError that ends with what to do by hand. */
export async function installPackages(packages, byHand) {
  const root = process.getuid?.() === 0;
  const missing = [...(root ? [] : ["sudo"]), "apt-get"].find((name) => programsOnPath([name]).length === 0);
  if (missing) throw new ToolError(`no ${missing} to install ${packages.join(", ")} with; ${byHand}`);
  const [program, ...first] = root ? ["apt-get"] : ["sudo", "apt-get"];
  say(`installing from Debian: ${packages.join(", ")} …`);
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    // Standard output stays the tool's result.
    const code = await run(program, [...first, "-qq", ...args], { stdio: ["inherit", 2, 2] });
    if (code !== 0) throw new ToolError(`apt-get ${args[0]} failed; ${byHand}`);
  }
}
