// Follows a README: its ```sh blocks, command by command, in a copy of the clone.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT, temporaryFolder } from "./commands.ts";

/** For `{ skip }`: false, or which of the programs that a README calls are missing. */
export function missing(...programs: string[]): string | false {
  const found = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  const none = ["bash", ...programs].filter((program) => !found(program));
  return none.length > 0 && `there is no ${none.join(", ")}`;
}

/** A copy of the files that a clone would have, set up: with this one's node_modules and dist/. */
export function copyOfClone(): string {
  const folder = temporaryFolder();
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file)));
  for (const file of [...files, "dist"]) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Runs the blocks in one shell, in `folder`; its output. A command that fails ends it, and fails with the output. */
export async function followReadme(readme: string, folder: string): Promise<string> {
  const blocks = [...readFileSync(readme, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
  if (blocks.length === 0) throw new Error(`${readme} has no commands`);
  // -x: the output names each command. A group of its own: what a block leaves running ends with it.
  const shell = spawn("bash", ["-ex", "-o", "pipefail", "-c", blocks.join("")], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (text) => (output += text));
  const closed = once(shell, "close");
  const [code] = await once(shell, "exit");
  end(shell.pid!);
  await closed;
  if (code !== 0) throw new Error(`${readme}: a command failed\n${output}`);
  return output;
}

/** Ends what is left of a process group, which may be nothing. */
function end(group: number): void {
  try {
    process.kill(-group, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
