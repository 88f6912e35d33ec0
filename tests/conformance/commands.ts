// infer.wasm as a command: a process a model, with all its inputs. It prints their scores, which are summed up here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engines, interpreters } from "../support/commands.ts";
import type { Host } from "./host.ts";
import { checksum } from "./table.ts";

function command({ name, skip, infer }: Engine): Host {
  return {
    name: `${name}, infer.wasm`,
    skip,
    shows: "output",
    async run(folder) {
      const list = readFileSync(join(folder, "cases.txt"), "utf8").trim().split("\n");
      const inputs = new Map<string, string[]>();
      for (const [model, input] of list.map((line) => line.split(" ")))
        inputs.set(model, [...(inputs.get(model) ?? []), input]);
      const checksums = [...inputs].flatMap(([model, names]) => {
        const { code, stdout, stderr } = infer([model, ...names, "--json"], { cwd: folder });
        if (code !== 0 || stderr !== "") throw new Error(`${name}: exit code ${code}: ${stderr}`);
        return stdout
          .trim()
          .split("\n")
          .map((line) => checksum(Int8Array.from(JSON.parse(line).raw)));
      });
      return checksums.map((sum, run) => `${run} output ${sum}\n`).join("");
    },
  };
}

export const COMMANDS: Host[] = [...engines(), ...Object.values(interpreters())].map(command);
