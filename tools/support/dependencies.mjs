// node_modules as the lock file says: installed by `npm ci` where it is missing or stale.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { linkBins } from "./bins.mjs";
import { fingerprint, stamp } from "./fingerprint.mjs";
import { capture, ROOT, say, seconds, ToolError } from "./project.mjs";

const MINIMUM_NODE = 20;

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= MINIMUM_NODE) return;
  throw new ToolError(`Node ${process.versions.node} is too old: halfbit needs Node ${MINIMUM_NODE} or later`);
}

/** npm's program and first arguments: the npm that started this script, else the one on PATH. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js") && existsSync(script)) return [process.execPath, [script]];
  return process.platform === "win32" ? ["cmd", ["/c", "npm"]] : ["npm", []];
}

/** What went wrong in npm's words, and what to do about it. */
function explain(output) {
  const lines = output.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
  const short = lines.slice(0, 6).join("\n") || output.trim().split("\n").slice(-6).join("\n");
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return `npm cannot reach its registry; check the network or the proxy settings, then run this again\n${short}`;
  }
  if (/ENOSPC/.test(output)) return `the disk is full; free some space, then run this again\n${short}`;
  if (/EACCES|EPERM/.test(output)) return `npm may not write to ${ROOT}; check the folder's owner\n${short}`;
  if (/can only install packages when your package.json and package-lock.json/.test(output)) {
    return `package.json and package-lock.json do not agree; run \`npm install\`\n${short}`;
  }
  return `npm ci failed\n${short}`;
}

/** Prints a line every few seconds while something quiet is going on. */
async function withHeartbeat(what, work) {
  const start = performance.now();
  say(`${what} …`);
  const timer = setInterval(() => say(`${what} … ${seconds(start)}`), 10_000);
  try {
    const result = await work();
    say(`${what}: done in ${seconds(start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

async function installDependencies() {
  const [command, args] = npmCommand();
  const quiet = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = await capture(command, [...args, ...quiet]).catch((error) => {
    throw new ToolError(`npm cannot be started (${error.code}); it comes with Node, install it and run this again`);
  });
  if (result.code !== 0) throw new ToolError(explain(result.output));
}

/** Whether npm itself installed what the lock file names, for instance by `npm install`: it keeps a list of its own. */
function isInstalled() {
  const read = (name) => JSON.parse(readFileSync(path.join(ROOT, name), "utf8")).packages;
  const list = "node_modules/.package-lock.json";
  if (!existsSync(path.join(ROOT, list))) return false;
  const present = read(list);
  return Object.entries(read("package-lock.json")).every(([name, { version, integrity, optional }]) => {
    if (name === "") return true;
    if (!(name in present)) return optional === true; // for another platform
    return present[name].version === version && present[name].integrity === integrity;
  });
}

/** Installs what package-lock.json names unless that was done before, and links the project's own commands. */
export async function ensureDependencies() {
  requireNode();
  const installed = stamp("node_modules/.halfbit-lock");
  const lock = fingerprint(["package-lock.json"]);
  if (!installed.matches(lock)) {
    if (!isInstalled()) await withHeartbeat("installing dependencies (npm ci)", installDependencies);
    installed.write(lock);
  }
  linkBins();
}
