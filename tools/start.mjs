// `npm start`: set-up on a fresh clone, then the quick start.
import process from "node:process";
import { pathToFileURL } from "node:url";
import { bootstrap } from "./bootstrap.mjs";
import { main, ROOT, say, seconds, ToolError } from "./support/project.mjs";

await main(import.meta, async () => {
  const start = performance.now();
  await bootstrap();
  process.chdir(ROOT);
  say("compiling the quick-start network under four schemes …");
  try {
    await import(pathToFileURL(`${ROOT}/dist/quickstart.js`).href);
  } catch (error) {
    if (!error.code?.startsWith("E_")) throw error;
    throw new ToolError(`error ${error.code}: ${error.message}`);
  }
  say(`all in ${seconds(start)}`);
});
