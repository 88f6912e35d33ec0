// The CPU time and the memory of the workerd that a Miniflare started, from /proc: Linux only.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The newest workerd below this process. */
export function workerdProcess(): number {
  const lines = execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)], { encoding: "utf8" });
  const found = [...lines.matchAll(/^ *(\d+) workerd/gm)].map(([, pid]) => Number(pid));
  if (found.length === 0) throw new Error("no workerd runs below this process");
  return Math.max(...found);
}

const TICK_MS = 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of all threads in ms, in steps of the kernel's clock, which is 10 ms. */
export function cpuMs(pid: number): number {
  const [utime, stime] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
  return (Number(utime) + Number(stime)) * TICK_MS;
}

/** Resident memory in MB. */
export function residentMb(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kB) / 1000;
}
