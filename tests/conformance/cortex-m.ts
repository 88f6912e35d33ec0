// Cortex-M cores in QEMU: the scalar module through wasm2c, as bench/cortex-m translates it.
import { join } from "node:path";
import { CORES, type Core, noCortexM } from "../../bench/cortex-m/index.ts";
import { translate } from "../../bench/cortex-m/translate.ts";
import { ROOT, temporaryFolder } from "../support/commands.ts";
import { DRIVERS, type Host, modulePath, printed } from "./host.ts";

/** A power of two that holds every model of the table with its arena; the board's RAM is four times as large. */
const MEMORY_BYTES = 1 << 20;

const FLAGS = [
  ...["-mthumb", "-O2", "-fno-strict-aliasing", "-w", "-nostartfiles", "--specs=rdimon.specs", "-ffunction-sections"],
  ...["-Wl,--gc-sections", "-DNDEBUG", "-DWASM_RT_USE_STACK_DEPTH_COUNT=0", "-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0"],
];
const QEMU = [
  ...["-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none"],
  ...["-semihosting-config", "enable=on,target=native"],
];

async function firmware(core: Core, module: string): Promise<string> {
  const folder = temporaryFolder();
  const elf = join(folder, "firmware.elf");
  const sizes = [`-DMEMORY_BYTES=${MEMORY_BYTES}`, `-DSLACK=${translate(module, folder)}`];
  const include = [folder, join(ROOT, "bench/cortex-m/firmware"), DRIVERS].map((path) => `-I${path}`);
  const sources = [join(DRIVERS, "cortex-m.c"), "-T", join(DRIVERS, "cortex-m.ld"), "-lm", "-o", elf];
  await printed("arm-none-eabi-gcc", [...FLAGS, ...CORES[core].flags, ...sizes, ...include, ...sources]);
  return elf;
}

export const CORTEX_M: Host[] = (Object.keys(CORES) as Core[]).map((core) => ({
  name: `wasm2c on ${CORES[core].title}, scalar`,
  skip: noCortexM,
  shows: "layers",
  run: async (folder, module = modulePath("scalar")) =>
    printed("qemu-system-arm", [...QEMU, "-kernel", await firmware(core, module)], folder),
}));
