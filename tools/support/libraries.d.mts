import type { BuildOptions } from "esbuild";

export function libraryOptions(adapter: "browser" | "workerd"): BuildOptions;
