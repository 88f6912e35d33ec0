// Instructions of an inference on a Cortex-M, counted in QEMU: what `halfbit bundle` writes, on a board with nothing else. At `-icount shift=0` an instruction takes 1 ns, so that SysTick counts them, exactly the same each time.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as layout from "../../format/layout.ts";
import { type Bundle, bundleC } from "../../host/bundle/c.ts";
import { Engine } from "../../host/engine.ts";
import { readModel } from "../../host/read.ts";
import { randomInt8 } from "../../tests/support/models.ts";
import { missingTools } from "../../tools/cortex-m.mjs";

const FIRMWARE = fileURLToPath(new URL("firmware", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/c-firmware", import.meta.url));

/**
 * m4 has SMLAD and unaligned loads; m0 has neither, and no product of 64 bits. On the m4 sums in another order and loads
 * moved ahead would need more registers than there are: 6 % more instructions. On the m0 they take 6 % less.
 * firmware/Makefile has the same flags, and those of FLAGS.
 */
export const CORES = {
  m4: { title: "Cortex-M4", flags: ["-mcpu=cortex-m4", "-fno-tree-reassoc", "-fno-schedule-insns"] },
  m0: { title: "Cortex-M0+", flags: ["-mcpu=cortex-m0plus"] },
};
export type Core = keyof typeof CORES;

/** For `{ skip }`: false, or what is missing. */
export const noCortexM = missingTools().length > 0 && `no ${missingTools().join(", ")} (npm run install-cortex-m)`;

/** How memory is checked (firmware/memory.h). */
export type Checks = "STORES" | "ALL" | "MASK" | "NONE";

/**
 * What runs the layers: the runtime, with sums in assembler or in C; or a peer in plain C in place of its int8 convolutions,
 * or of its layers of signs.
 */
export type Kernels = "runtime" | "sums-in-c" | "plain-int8" | "plain-signs";

const PEERS: Record<Kernels, string[]> = {
  runtime: [],
  "sums-in-c": ["-DHALFBIT_PLAIN_SUMS"],
  "plain-int8": ["-DPLAIN_INT8", "-fno-strict-aliasing"],
  "plain-signs": ["-DPLAIN_SIGNS", "-fno-strict-aliasing"],
};

export interface Count {
  /** Instructions of run(), in steps of 40. */
  total: number;
  /** Those of each layer. */
  layers: number[];
  /** Whether the output was Node's, and the self-test at the start found every layer's. */
  correct: boolean;
}

/** Paths split by what they come from, and values kept for other paths, only take registers: 2 to 4 % more instructions. */
const FLAGS = [
  ...["-mthumb", "-O3", "-fno-split-paths", "-fno-tree-pre", "-std=gnu11", "-w", "-ffunction-sections"],
  ...["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--defsym=STACK=4096"],
];
const QEMU = [
  ...["-M", "mps2-an386", "-icount", "shift=0", "-nographic", "-monitor", "none", "-serial", "none"],
  ...["-chardev", "stdio,id=out", "-semihosting-config", "enable=on,target=native,chardev=out"],
];

/** The constants of format/layout.ts as C has them. */
function layoutHeader(): string {
  const numbers = Object.entries(layout).filter(([, value]) => typeof value === "number");
  return numbers.map(([name, value]) => `#define ${name} ${value}\n`).join("");
}

/** The model with the weights of its convolutions in rows of a channel, as the peer takes them. */
function inRows(model: Uint8Array, name: string): Uint8Array {
  const rows = model.slice();
  const view = new DataView(rows.buffer);
  const records = view.getUint32(layout.H_LAYERS, true);
  readModel(model, name).layers.forEach(({ kind, weights }, i) => {
    const at = records + i * layout.LAYER_BYTES + layout.L_WEIGHTS;
    if (kind === "Conv2D") rows.set(weights, view.getUint32(at, true));
  });
  return rows;
}

const bundles = new Map<Uint8Array, Promise<Bundle>>();

/** Compiled once a model. */
function bundleOf(model: Uint8Array, name: string): Promise<Bundle> {
  const known = bundles.get(model) ?? bundleC(model, name);
  bundles.set(model, known);
  return known;
}

/** The bundle, an input, and what that gives in Node. */
async function writeData(folder: string, model: Uint8Array, name: string): Promise<void> {
  const engine = await Engine.load(model, name, "scalar");
  const input = randomInt8(engine.input().length, 1);
  engine.input().set(input);
  engine.run();
  writeFileSync(join(folder, "rows"), inRows(model, name));
  writeFileSync(join(folder, "input"), input);
  writeFileSync(join(folder, "output"), engine.output());
  writeFileSync(join(folder, "layout.h"), layoutHeader());
  for (const [file, content] of (await bundleOf(model, name)).files) writeFileSync(join(folder, file), content);
}

function build(folder: string, core: Core, kernels: Kernels, checks: Checks): string {
  const elf = join(folder, "firmware.elf");
  const own = [...CORES[core].flags, `-DHALFBIT_CHECKS=CHECKS_${checks}`, "-DHALFBIT_ALIGNED=1", ...PEERS[kernels]];
  const include = [folder, FIRMWARE, EXAMPLE].map((place) => `-I${place}`);
  const sources = [join(FIRMWARE, "run.c"), join(FIRMWARE, "data.S"), join(EXAMPLE, "board.c"), "model.c"];
  const link = ["-T", join(EXAMPLE, "board.ld"), "-o", elf];
  execFileSync("arm-none-eabi-gcc", [...FLAGS, ...own, ...include, ...sources, ...link], { cwd: folder });
  return elf;
}

/** What the firmware prints: lines of a name and a number. */
function emulate(elf: string): (name: string) => number[] {
  const text = execFileSync("qemu-system-arm", [...QEMU, "-kernel", elf], { encoding: "utf8", timeout: 120_000 });
  const lines = text.split("\n").map((line) => line.split(" "));
  return (name) => lines.filter(([key]) => key === name).map(([, value]) => Number(value));
}

/** Counts an inference of a model; `name` stands in errors. */
export async function countInstructions(
  core: Core,
  model: Uint8Array,
  name: string,
  kernels: Kernels = "runtime",
  checks: Checks = "STORES",
): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-cortex-m-"));
  try {
    await writeData(folder, model, name);
    const printed = emulate(build(folder, core, kernels, checks));
    const [total] = printed("total");
    if (total === undefined) {
      const [trap, at] = [printed("trap"), printed("fault")];
      throw new Error(`${name} on ${CORES[core].title} ended early: trap ${trap}, fault at ${at}`);
    }
    const correct = ["load", "differs"].every((check) => printed(check)[0] === 0);
    return { total, layers: printed("layer"), correct };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
