// Speed, sizes and instructions beside the peers: npm run bench. In full it writes docs/benchmarks.md and
// bench/speed.json; --quick has fewer rounds and writes what --json FILE names.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bootstrap } from "../tools/bootstrap.mjs";
import { installPeers } from "../tools/peers.mjs";
import { main, say, ToolError } from "../tools/support/project.mjs";
import { document, type Results } from "./speed/document.ts";
import { instructionCounts } from "./speed/instructions.ts";
import { interpreter } from "./speed/interpreter.ts";
import { kernels } from "./speed/kernels.ts";
import { load, machine } from "./speed/machine.ts";
import { networks } from "./speed/networks.ts";
import { Python } from "./speed/python.ts";
import { ratios } from "./speed/ratios.ts";
import type { Rounds } from "./speed/rounds.ts";
import { arenas, sizes } from "./speed/sizes.ts";
import { startup } from "./speed/startup.ts";
import { sweep } from "./speed/sweep.ts";

const FIGURES = "bench/speed.json";
const PAGE = "docs/benchmarks.md";

interface Effort {
  rounds: Rounds;
  /** An iteration of the interpreter takes many milliseconds. */
  interpreted: Rounds;
  starts: number;
}

const QUICK: Effort = {
  rounds: { rounds: 25, batch: 0.004, warmUp: 0.2 },
  interpreted: { rounds: 7, batch: 0.1, warmUp: 0 },
  starts: 3,
};
const FULL: Effort = {
  rounds: { rounds: 150, batch: 0.006, warmUp: 0.6 },
  interpreted: { rounds: 25, batch: 0.2, warmUp: 0 },
  starts: 11,
};

async function measure(effort: Effort, isQuick: boolean): Promise<Results> {
  await bootstrap();
  const peers = await installPeers();
  const python = new Python(peers.python);
  const step = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    say(`measuring ${what} …`);
    return work();
  };
  try {
    const surroundings = await machine(peers, python);
    const measuredNetworks = await step("networks", () => networks({ peers, python }, effort.rounds));
    const measuredKernels = await step("kernels", () => kernels(effort.rounds));
    const interpreted = await step("the interpreter", () => interpreter(python, effort.interpreted));
    const results: Omit<Results, "instructions"> = {
      machine: surroundings,
      networks: measuredNetworks,
      kernels: measuredKernels,
      interpreter: interpreted,
      startup: await step("start-up", () => startup(peers, effort.starts)),
      sizes: await step("sizes", sizes),
      sweep: isQuick ? undefined : await step("the sweep", () => sweep(effort.rounds)),
      ratios: ratios(measuredNetworks.ic_resnet8, measuredKernels, interpreted),
    };
    surroundings.load[1] = load();
    return { ...results, instructions: await step("instructions", instructionCounts) };
  } finally {
    await python.stop();
  }
}

async function toJson(results: Results): Promise<string> {
  const { ratios, instructions, sizes, ...raw } = results;
  const figures = {
    ratios,
    instructions,
    bytes: sizes.modules,
    arena: await arenas(),
    raw: { ...raw, models: sizes.models },
  };
  // Medians and spreads stay, the rounds' own figures do not.
  return `${JSON.stringify(figures, (key, value) => (key === "samples" ? undefined : value), 1)}\n`;
}

function parse(args: string[]): { quick: boolean; json?: string } {
  try {
    const options = { quick: { type: "boolean", default: false }, json: { type: "string" } } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new ToolError(`${(error as Error).message}\nnpm run bench -- [--quick] [--json FILE]`);
  }
}

await main(import.meta, async (args) => {
  const options = parse(args);
  const results = await measure(options.quick ? QUICK : FULL, options.quick);
  const text = document(results);
  process.stdout.write(text);
  if (options.json) writeFileSync(options.json, await toJson(results));
  if (options.quick) return;
  writeFileSync(FIGURES, await toJson(results));
  writeFileSync(PAGE, text);
});
