// Cortex-M cores in QEMU: the scalar module, built and translated as `halfbit bundle` does, on a memory for every model.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CORES, type Core, noCortexM } from "../../bench/cortex-m/index.ts";
import { translate } from "../../host/bundle/translate.ts";
import { compileModule } from "../../tools/support/compile-module.mjs";
import { ROOT, temporaryFolder } from "../support/commands.ts";
import { DRIVERS, type Host, printed } from "./host.ts";

/** Holds every model of the table with its arena; the board's RAM is four times as large. */
const MEMORY_BYTES = 1 << 20;

const FLAGS = [
  ...["-mthumb", "-O2", "-w", "-nostartfiles", "--specs=rdimon.specs", "-ffunction-sections", "-Wl,--gc-sections"],
  ...[`-DHALFBIT_MEMORY_BYTES=${MEMORY_BYTES}u`, `-DHALFBIT_MASKED_BYTES=${MEMORY_BYTES}u`],
];
const QEMU = [
  ...["-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none"],
  ...["-semihosting-config", "enable=on,target=native"],
];

let compiled: Promise<string> | undefined;

/** dist/'s module, but with sums in words (assembly/host.ts). */
async function moduleInWords(): Promise<string> {
  const file = join(temporaryFolder(), "module.wasm");
  await compileModule({ target: "scalar", entry: "assembly/index.ts", file, small: true, use: ["WORDS=1"] });
  return file;
}

async function firmware(core: Core): Promise<string> {
  const folder = temporaryFolder();
  const elf = join(folder, "firmware.elf");
  compiled ??= moduleInWords();
  writeFileSync(join(folder, "runtime.h"), translate(readFileSync(await compiled)));
  const include = [folder, join(ROOT, "firmware"), DRIVERS].map((path) => `-I${path}`);
  const sources = [join(DRIVERS, "cortex-m.c"), "-T", join(DRIVERS, "cortex-m.ld"), "-lm", "-o", elf];
  await printed("arm-none-eabi-gcc", [...FLAGS, ...CORES[core].flags, ...include, ...sources]);
  return elf;
}

export const CORTEX_M: Host[] = (Object.keys(CORES) as Core[]).map((core) => ({
  name: `wasm2c on ${CORES[core].title}, scalar`,
  skip: noCortexM,
  shows: "layers and memory",
  run: async (folder) => printed("qemu-system-arm", [...QEMU, "-kernel", await firmware(core)], folder),
}));
