// infer.wasm as a command: a process a model, with all its inputs. It writes their scores, which are summed up here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engines, temporaryFolder } from "../support/commands.ts";
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
      const scores = temporaryFolder();
      const checksums = [...inputs].flatMap(([model, names]) => {
        const args = [model, ...names, "--output", `${scores}/scores.raw`];
        const { code, stderr } = infer(args, { cwd: folder }, [".", scores]);
        if (code !== 0) throw new Error(`${name}: exit code ${code}: ${stderr}`);
        const values = new Int8Array(readFileSync(join(scores, "scores.raw")));
        const count = values.length / names.length;
        return names.map((_, i) => checksum(values.subarray(i * count, (i + 1) * count)));
      });
      return checksums.map((sum, run) => `${run} output ${sum}\n`).join("");
    },
  };
}

export const COMMANDS: Host[] = engines().map(command);
