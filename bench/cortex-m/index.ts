// Instructions of an inference on a Cortex-M, counted in QEMU: the scalar module, translated to C, on a board with nothing
// but a model. At `-icount shift=0` an instruction takes 1 ns, so that SysTick counts them, exactly the same each time.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as layout from "../../format/layout.ts";
import { Engine } from "../../host/engine.ts";
import { readModel } from "../../host/read.ts";
import { randomInt8 } from "../../tests/support/models.ts";
import { missingTools } from "../../tools/cortex-m.mjs";
import { translate } from "./translate.ts";

const FIRMWARE = fileURLToPath(new URL("firmware", import.meta.url));
const MODULE = fileURLToPath(new URL("../../dist/halfbit.scalar.wasm", import.meta.url));

/**
 * m4 has SMLAD and unaligned loads; m0 has neither, and no product of 64 bits. On the m4 reordered sums and loads moved
 * ahead would need more registers than there are: 6 % more instructions. On the m0 they take 6 % less.
 */
export const CORES = {
  m4: { title: "Cortex-M4", flags: ["-mcpu=cortex-m4", "-fno-tree-reassoc", "-fno-schedule-insns"] },
  m0: { title: "Cortex-M0+", flags: ["-mcpu=cortex-m0plus"] },
};
export type Core = keyof typeof CORES;

/** For `{ skip }`: false, or what is missing. */
export const noCortexM = missingTools().length > 0 && `no ${missingTools().join(", ")} (npm run install-cortex-m)`;

/** What runs the convolutions: the runtime, or plain C of int8 models alone (firmware/plain-int8.h). */
export type Kernels = "runtime" | "plain-int8";

export interface Count {
  /** Instructions of run(), in steps of 40. */
  total: number;
  /** Those of each layer. */
  layers: number[];
  /** Whether the output was Node's, and the self-test found every layer's. */
  correct: boolean;
}

/** Paths split by what they come from, and values kept for other paths, only take registers: 2 to 4 % more instructions. */
const FLAGS = [
  ...["-mthumb", "-O3", "-fno-split-paths", "-fno-tree-pre", "-fno-strict-aliasing", "-w", "-ffunction-sections"],
  ...["-nostartfiles", "-Wl,--gc-sections"],
  ...["-DNDEBUG", "-DWASM_RT_USE_STACK_DEPTH_COUNT=0", "-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0"],
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

/** A file each of the model, an input, and what it gives in Node. Returns the bytes of memory that takes there. */
async function writeData(folder: string, model: Uint8Array, name: string): Promise<number> {
  const engine = await Engine.load(model, name, "scalar");
  const input = randomInt8(engine.input().length, 1);
  engine.input().set(input);
  engine.run();
  writeFileSync(join(folder, "model"), model);
  writeFileSync(join(folder, "rows"), inRows(model, name));
  writeFileSync(join(folder, "input"), input);
  writeFileSync(join(folder, "output"), engine.output());
  return engine.memoryBytes;
}

function build(folder: string, core: Core, kernels: Kernels, memoryBytes: number, slack: number): string {
  const elf = join(folder, "firmware.elf");
  const bytes = 2 ** Math.ceil(Math.log2(memoryBytes));
  const own = [...CORES[core].flags, `-DMEMORY_BYTES=${bytes}`, `-DSLACK=${slack}`];
  if (kernels === "plain-int8") own.push("-DPLAIN_INT8");
  const include = [`-I${folder}`, `-I${FIRMWARE}`];
  const sources = ["run.c", "board.c", "data.S"].map((file) => join(FIRMWARE, file));
  const link = ["-T", join(FIRMWARE, "board.ld"), "-lm", "-o", elf];
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
): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "halfbit-cortex-m-"));
  try {
    const memoryBytes = await writeData(folder, model, name);
    writeFileSync(join(folder, "layout.h"), layoutHeader());
    const printed = emulate(build(folder, core, kernels, memoryBytes, translate(MODULE, folder)));
    const [total] = printed("total");
    if (total === undefined) {
      const [trap, at] = [printed("trap"), printed("fault")];
      throw new Error(`${name} on ${CORES[core].title} ended early: trap ${trap}, fault at ${at}`);
    }
    const correct = ["load", "differs", "selfTest"].every((check) => printed(check)[0] === 0);
    return { total, layers: printed("layer"), correct };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
