// The library without Node: ES modules in which another adapter stands in the place of host/adapters/node.ts.
import path from "node:path";
import { ROOT } from "./project.mjs";

/** An esbuild plugin: host/adapters/NAME.ts for node.ts, and pngjs as its authors build it for use without Node. */
function surroundings(name) {
  return {
    name,
    setup({ onResolve, resolve }) {
      onResolve({ filter: /\/node\.ts$/ }, () => ({ path: path.join(ROOT, `host/adapters/${name}.ts`) }));
      onResolve({ filter: /^pngjs$/ }, ({ kind }) => resolve("pngjs/browser", { kind, resolveDir: ROOT }));
    },
  };
}

/** Options of esbuild for a module in a browser or in workerd. Nothing on its way may import a module of Node's. */
export function libraryOptions(adapter) {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    plugins: [surroundings(adapter)],
    logLevel: "silent",
  };
}
