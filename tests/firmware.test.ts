// What networks take as firmware on emulated microcontrollers, in the example's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noCortexM } from "../bench/cortex-m/index.ts";
import { benchModel, type ModelName } from "../bench/speed/models.ts";
import { bundleC } from "../host/bundle/c.ts";
import { ROOT, temporaryFolder } from "./support/commands.ts";
import { noCifar10 } from "./support/data.ts";
import { noMlperf } from "./support/mlperf.ts";

const EXAMPLE = join(ROOT, "examples/c-firmware");

/** Most bytes of flash and RAM, on the Cortex-M4. */
const LIMITS: [name: ModelName, flash: number, ram: number][] = [
  ["resnet8", 48 * 1024, 56 * 1024],
  ["dscnn", 64 * 1024, 24 * 1024],
];

/** Bytes of the sections of a linker map; empty ones are not in it. */
function sections(map: string): Partial<Record<string, number>> {
  const rows = map.matchAll(/^\.(\w+)\s+0x[0-9a-f]+\s+(0x[0-9a-f]+)/gm);
  return Object.fromEntries([...rows].map(([, name, bytes]) => [name, Number(bytes)]));
}

for (const [name, mostFlash, mostRam] of LIMITS) {
  const skip = noCortexM || noMlperf || (name === "resnet8" && noCifar10);
  test(`${name} boots and passes its self-test on both cores, within its flash and RAM`, { skip }, async (t) => {
    const folder = temporaryFolder();
    const bundle = join(folder, "model");
    mkdirSync(bundle);
    for (const [file, text] of (await bundleC(await benchModel(name), name)).files)
      writeFileSync(join(bundle, file), text);
    for (const core of ["m4", "m0plus"]) {
      const firmware = join(folder, core);
      const make = (target: string) =>
        execFileSync(
          "make",
          ["-s", "-C", EXAMPLE, target, `BUNDLE=${bundle}`, `CORE=${core}`, `FIRMWARE=${firmware}`],
          {
            encoding: "utf8",
          },
        );
      const [, selfTest, used] = make("run").match(/^(self-test passed)\n.*\nstack used: (\d+) bytes\n$/) ?? [];
      assert.ok(selfTest, `${name} on ${core}`);
      const { text, data = 0, bss, stack } = sections(readFileSync(`${firmware}.map`, "utf8"));
      assert.ok(text && bss && stack, "the linker map lacks a section");
      const flash = text + data;
      const ram = data + bss + stack;
      const [, most] = make("size").match(/(\d+) {2}stack, at most/)!;
      t.diagnostic(`${core}: flash ${flash}, RAM ${ram}, stack ${used} of at most ${most}`);
      // Beside halfbit's functions stand main, the start-up and what the core pushes.
      assert.ok(Number(most) + 128 <= stack && Number(used) <= Number(most) + 128, `${most}, ${used} on ${core}`);
      if (core === "m4") assert.ok(flash <= mostFlash && ram <= mostRam, `flash ${flash}, RAM ${ram}`);
    }
  });
}
