// Bytes of the modules, and of the models and their arenas.

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compiledModel, MODELS, type ModelName } from "./models.ts";

export interface Sizes {
  modules: Record<"scalar" | "simd128" | "infer", number>;
  models: Record<ModelName, { file: number; arena: number; lowerBound: number }>;
}

const moduleBytes = (name: string): number =>
  statSync(fileURLToPath(new URL(`../../dist/${name}.wasm`, import.meta.url))).size;

export async function sizes(): Promise<Sizes> {
  const models: Partial<Sizes["models"]> = {};
  for (const name of Object.keys(MODELS) as ModelName[]) {
    const { file, program, arenaLowerBound } = await compiledModel(name);
    models[name] = { file: file.length, arena: program.arenaBytes, lowerBound: arenaLowerBound };
  }
  const modules = {
    scalar: moduleBytes("halfbit.scalar"),
    simd128: moduleBytes("halfbit.simd128"),
    infer: moduleBytes("infer"),
  };
  return { modules, models: models as Sizes["models"] };
}

/** Arenas of the JSON. */
export async function arenas() {
  const arena = async (name: ModelName) => (await compiledModel(name)).program.arenaBytes;
  return {
    resnet8: await arena("resnet8"),
    resnet8_small: await arena("resnet8_small"),
    dscnn: await arena("dscnn"),
    vww: await arena("vww_int8"),
  };
}
