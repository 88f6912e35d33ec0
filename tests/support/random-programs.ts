// Random programs with branches, views and dead ends: what the passes over programs must hold for.
import type { Kind, Program } from "../../host/program.ts";
import { runReference } from "../../host/reference/index.ts";
import { Builder, type Shape } from "../conformance/build.ts";
import { random } from "./models.ts";

const CONVOLUTIONS: Kind[] = ["Conv2D", "DepthwiseConv2D", "SemiBinary", "BinaryPlanes"];
const MAP: Shape = [4, 4, 4];

/** A program of 3 to 12 steps over maps of 4×4×4, not planned; `views` beside it. */
export function randomProgram(seed: number): Builder {
  const next = random(seed);
  const b = new Builder(MAP, seed);
  const maps = [0];
  const any = () => maps[next() % maps.length];
  /** Mostly the newest map, so that there are chains; else any, so that there are branches. */
  const pick = () => (next() % 3 ? maps[maps.length - 1] : any());
  const convolution = (input: number) =>
    b.window(CONVOLUTIONS[next() % 4], { kernel: [3, 3], pad: [1, 1, 1, 1], channels: 4 }, input);
  /** A convolution that reads a view of the map, in another shape. */
  const reshaped = (map: number) =>
    b.window(next() % 2 ? "Conv2D" : "SemiBinary", { stride: [1, 2], channels: 4 }, b.view([4, 8, 2], map));
  const steps: (() => number)[] = [
    () => convolution(pick()),
    () => convolution(pick()),
    () => b.add(convolution(pick()), any()),
    () => b.add(any(), convolution(pick())),
    () => b.add(pick(), any()),
    () => b.lookup(pick()),
    () => b.mul(pick(), any()),
    () => b.mul(pick(), b.mean(any())),
    () => b.window("MaxPool", { kernel: [3, 3], pad: [1, 1, 1, 1] }, pick()),
    () => b.view(MAP, b.view([1, 1, 64], pick())),
    () => reshaped(pick()),
    () => {
      const map = pick();
      return b.add(reshaped(map), map);
    },
  ];
  for (let n = 3 + (next() % 10); n > 0; n--) maps.push(steps[next() % steps.length]());
  return b;
}

/** The model's output by the reference: the values of the tensor, or of the tensor of which it is a view. */
export function outputOf(program: Program, views: ReadonlyMap<number, number>, input: Int8Array): Int8Array {
  let tensor = program.output;
  while (views.has(tensor)) tensor = views.get(tensor)!;
  const outputs = runReference(program, input);
  return tensor === program.input ? input : outputs[program.layers.findIndex((layer) => layer.output === tensor)];
}
