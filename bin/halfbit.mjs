#!/usr/bin/env node
// The `halfbit` command: dist/cli.js, which a clone builds first.
// Nothing here may import node:process: that opens process.stdin, which makes standard input non-blocking (EAGAIN).
import { existsSync } from "node:fs";

const cli = new URL("../dist/cli.js", import.meta.url);
if (existsSync(cli)) {
  await import(cli.href);
} else {
  process.stderr.write("error E_ENGINE: dist/cli.js is missing; run `npm start` or `npm run build` in the clone\n");
  process.exitCode = 4;
}
